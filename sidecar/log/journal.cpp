// The journal's stream is known by device and inode.
#include "log/journal.hpp"

#include <sys/stat.h>

#include <string_view>

#include <fmt/format.h>

namespace telltale {

bool is_journal(int descriptor, const char* journal_stream) {
  struct stat info {};
  if (!journal_stream || ::fstat(descriptor, &info) != 0) return false;
  return fmt::format("{}:{}", info.st_dev, info.st_ino) == std::string_view(journal_stream);
}

}  // namespace telltale
