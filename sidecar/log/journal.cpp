// Recognises the journal's stream by device and inode.
#include "log/journal.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>

namespace telltale {

bool is_journal(int descriptor, const char* journal_stream) {
  struct stat info {};
  if (!journal_stream || ::fstat(descriptor, &info) != 0) return false;
  return fmt::format("{}:{}", info.st_dev, info.st_ino) == std::string_view(journal_stream);
}

std::string as_errors(std::string_view lines) {
  if (!is_journal(STDERR_FILENO, std::getenv("JOURNAL_STREAM"))) return std::string(lines);
  std::string out;
  while (!lines.empty()) {
    const auto size = std::min(lines.find('\n'), lines.size() - 1) + 1;
    out += fmt::format("<3>{}", lines.substr(0, size));
    lines.remove_prefix(size);
  }
  return out;
}

}  // namespace telltale
