// Finds processes and files in the text of /proc/locks.
#include "sqlite/lock_table.hpp"

#include <algorithm>
#include <charconv>

#include "base/process_stat.hpp"
#include "base/small_file.hpp"
#include "sqlite/own_workers.hpp"

namespace telltale::sqlite {
namespace {

/// PENDING_BYTE: a database is locked from here on, a -shm at bytes below 129.
constexpr std::uint64_t first_database_byte = 0x40000000;

/// The table is read in pieces, and a lock that ends between two of them can hide the one after it.
constexpr int readings = 3;

/// A node with thousands of locks is far below.
constexpr std::size_t largest_table = 4 << 20;

std::string_view take_word(std::string_view& line) {
  line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
  const auto field = line.substr(0, line.find(' '));
  line.remove_prefix(field.size());
  return field;
}

template <class Number>
std::optional<Number> number_in(std::string_view text, int base = 10) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

/// "08:01:1234": two hexadecimal numbers, and a decimal one.
std::optional<table_lock> parse_file(pid_t pid, std::string_view text) {
  const auto minor_at = text.find(':');
  const auto inode_at = text.find_last_of(':');
  if (minor_at == std::string_view::npos || inode_at == minor_at) return std::nullopt;
  const auto major = number_in<std::uint32_t>(text.substr(0, minor_at), 16);
  const auto minor = number_in<std::uint32_t>(text.substr(minor_at + 1, inode_at - minor_at - 1), 16);
  const auto inode = number_in<std::uint64_t>(text.substr(inode_at + 1));
  if (!major || !minor || !inode) return std::nullopt;
  return table_lock{pid, std::uint64_t{*major} << 32 | *minor, *inode};
}

/// "7: POSIX  ADVISORY  READ 4711 08:01:1234 128 128"; one that waits has "->" behind its number and holds nothing.
std::optional<table_lock> parse_line(std::string_view line) {
  take_word(line);
  if (take_word(line) != "POSIX") return std::nullopt;
  take_word(line);
  take_word(line);
  const auto pid = number_in<pid_t>(take_word(line));
  auto out = pid ? parse_file(*pid, take_word(line)) : std::nullopt;
  if (out) out->first = number_in<std::uint64_t>(take_word(line)).value_or(0);
  return out;
}

/// One of which /proc does not tell (hidepid) may be.
bool is_old_enough(pid_t pid, std::chrono::nanoseconds newest_start) {
  const auto who = find_living_process(pid);
  return !who || who->started() <= newest_start;
}

}  // namespace

std::vector<table_lock> locks_on(std::string_view table, std::uint64_t inode) {
  std::vector<table_lock> out;
  while (!table.empty()) {
    const auto line = table.substr(0, table.find('\n'));
    if (const auto lock = parse_line(line); lock && lock->inode == inode) out.push_back(*lock);
    table.remove_prefix(std::min(table.size(), line.size() + 1));
  }
  return out;
}

bool holds_lock(std::string_view table, pid_t pid, std::uint64_t inode) {
  return std::ranges::any_of(locks_on(table, inode), [pid](const table_lock& lock) { return lock.pid == pid; });
}

std::optional<std::uint64_t> device_in_lock_table(pid_t pid, std::uint64_t inode) {
  std::optional<std::uint64_t> out;
  for (const auto& lock : locks_on(kernel_text("/proc/locks"), inode)) {
    if (lock.pid != pid) continue;
    if (out && *out != lock.device) return std::nullopt;  // files of two devices with the same number
    out = lock.device;
  }
  return out;
}

file_holder holder_of(std::uint64_t device_in_table, std::uint64_t inode, std::chrono::nanoseconds newest_start) {
  for (int i = 0; i < readings; ++i) {
    const auto table = read_small_file("/proc/locks", largest_table);
    if (!table.ok()) return {};
    for (const auto& lock : locks_on(table.text, inode))
      if (lock.device == device_in_table && lock.first >= first_database_byte &&
          is_old_enough(lock.pid, newest_start) && !is_our_own(lock.pid))
        return {true, lock.pid};
  }
  return {true, std::nullopt};
}

}  // namespace telltale::sqlite
