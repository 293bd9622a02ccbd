// Opens standard streams that the parent process has closed.
#pragma once

namespace telltale {

/// Opens /dev/null for each closed standard stream. Otherwise the next opened descriptor gets its number, and a log
/// line could be written to a socket or a database. Reading and printing fail as on a closed stream, and child
/// processes find it closed. Call it before anything is opened.
void open_closed_standard_streams();

}  // namespace telltale
