// Tests that a directory is writable: writes and flushes bytes, and creates and removes a named file.
#pragma once

#include <string>
#include <string_view>

#include <telltale/finding.hpp>

namespace telltale::disk {

struct write_result {
  int error = 0;          ///< errno; 0 on success
  std::string_view step;  ///< "create", "write", "fsync" or "remove"
};

/// Creates an unnamed file (O_TMPFILE) in the directory `path` or beside the file `path`, and writes and flushes 4 KiB.
/// Then creates a named file and removes it. Without support for unnamed files, the named file is removed and then
/// written to. A named file that a killed run leaves is removed by the next run. In an append-only directory, where it
/// could not be removed, no named file is created. Hangs while a file system is frozen. `unnamed` = false skips the
/// unnamed file.
write_result test_writing(const std::string& path, bool unnamed = true);

/// "write test: cannot create a file: /data: No space left on device". Calls stat on the directory to distinguish a
/// deleted one from one without support for new files. `available_bytes` distinguishes a full directory from a full
/// file system.
finding write_failure(const write_result&, const std::string& path, double available_bytes);

/// `.telltale-write-test.HOST`: constant, so that a leftover file is found, and different for each host that shares the
/// directory.
std::string named_test_file();

}  // namespace telltale::disk
