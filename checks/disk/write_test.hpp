// Proves that a directory can be written as applications write: bytes that reach the disk, and a file with a name.
#pragma once

#include <string>
#include <string_view>

#include <telltale/finding.hpp>

namespace telltale::disk {

struct write_result {
  int error = 0;          ///< errno, 0 when everything worked
  std::string_view step;  ///< "create", "write", "fsync" or "remove"
};

/// Creates an unnamed file (O_TMPFILE) in the directory `path` or beside the file `path`, writes 4 KiB and flushes them
/// to the disk; then creates a named file and removes it. Where the file system has no unnamed files, the named one is
/// removed before it is written to. A file left by a kill in the instant between is removed by the next run. No name is
/// made in an append-only directory, where it could not be removed. Hangs while a file system is frozen. `unnamed`
/// false goes straight to the named one.
write_result test_writing(const std::string& path, bool unnamed = true);

/// "write test: cannot create a file: /data: No space left on device". Looks at the directory again: one that was
/// deleted is told from one that takes no files. `available_bytes` tells a full directory from a full file system.
finding write_failure(const write_result&, const std::string& path, double available_bytes);

/// `.telltale-write-test.HOST`: the same on every run, so that a file left behind is found, and different on each host
/// that shares the directory.
std::string named_test_file();

}  // namespace telltale::disk
