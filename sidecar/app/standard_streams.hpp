// Standard input, output and error that were closed by whoever started the program.
#pragma once

namespace telltale {

/// Puts something harmless in place of each standard stream that is closed: without it the next descriptor opened gets
/// its number, and a log line would be written into a socket or a database. Reading and printing fail as on a closed
/// stream, and a program that is started later finds it closed. To be called before anything is opened.
void occupy_closed_streams();

}  // namespace telltale
