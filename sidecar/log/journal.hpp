// Whether log lines are read by systemd's journal.
#pragma once

namespace telltale {

/// Whether the descriptor is the stream that JOURNAL_STREAM, `DEVICE:INODE`, names (systemd.exec(5)). The variable
/// alone does not tell: a child whose output goes somewhere else inherits it. It may be null.
bool is_journal(int descriptor, const char* journal_stream);

}  // namespace telltale
