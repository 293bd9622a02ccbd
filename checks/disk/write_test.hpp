// Proof that a directory can be written: a file that never has a name.
#pragma once

#include <string>
#include <string_view>

namespace telltale::disk {

struct write_result {
  int error = 0;          ///< errno, 0 when everything worked
  std::string_view step;  ///< "create", "write" or "fsync"
};

/// Creates an unnamed file (O_TMPFILE) beside or below `path`, writes 4 KiB and flushes them to the disk. Where the
/// file system has no unnamed files, a named one is unlinked before anything is written to it, so that a kill leaves
/// nothing; one left by a kill in the instant between is removed by the next run. Hangs while a file system is frozen.
/// `unnamed` false goes straight to the named one.
write_result test_writing(const std::string& path, bool unnamed = true);

/// `.telltale-write-test.HOST`: the same on every run, so that a file left behind is found, and different on each host
/// that shares the directory.
std::string named_test_file();

}  // namespace telltale::disk
