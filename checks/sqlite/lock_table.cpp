// Finds a process in the text of /proc/locks.
#include "sqlite/lock_table.hpp"

#include <algorithm>
#include <charconv>

namespace telltale::sqlite {
namespace {

std::string_view take_field(std::string_view& line) {
  line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
  const auto field = line.substr(0, line.find(' '));
  line.remove_prefix(field.size());
  return field;
}

template <class Number>
bool is(std::string_view text, Number wanted) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() && value == wanted;
}

/// "7: POSIX  ADVISORY  READ 4711 08:01:1234 128 128"; one that waits has "->" behind its number and holds nothing.
bool names(std::string_view line, pid_t pid, std::uint64_t inode) {
  take_field(line);
  if (take_field(line) != "POSIX") return false;
  take_field(line);
  take_field(line);
  if (!is(take_field(line), pid)) return false;
  const auto file = take_field(line);
  return is(file.substr(file.find_last_of(':') + 1), inode);
}

}  // namespace

bool holds_lock(std::string_view table, pid_t pid, std::uint64_t inode) {
  while (!table.empty()) {
    const auto line = table.substr(0, table.find('\n'));
    if (names(line, pid, inode)) return true;
    table.remove_prefix(std::min(table.size(), line.size() + 1));
  }
  return false;
}

}  // namespace telltale::sqlite
