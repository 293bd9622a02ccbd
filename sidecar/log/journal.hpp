// Detects whether systemd's journal reads the log.
#pragma once

#include <string>
#include <string_view>

namespace telltale {

/// Whether the descriptor is the stream named by JOURNAL_STREAM as `DEVICE:INODE` (systemd.exec(5)); it may be null.
/// The variable alone is not sufficient, because children inherit it even when their output goes elsewhere.
bool is_journal(int descriptor, const char* journal_stream);

/// Formats lines for standard error that explain a failed start; in the journal each gets the priority of an error.
std::string as_errors(std::string_view lines);

}  // namespace telltale
