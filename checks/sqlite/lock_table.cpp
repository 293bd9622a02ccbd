// Finds processes and files in the text of /proc/locks.
#include "sqlite/lock_table.hpp"

#include <algorithm>

#include "base/process_stat.hpp"
#include "base/small_file.hpp"
#include "base/words.hpp"
#include "sqlite/own_workers.hpp"

namespace telltale::sqlite {
namespace {

/// PENDING_BYTE: a database is locked from here on, a -shm at bytes below 129.
constexpr std::uint64_t first_database_byte = 0x40000000;

/// The table is read in pieces, and a lock that ends between two of them can hide the one after it.
constexpr int readings = 3;

/// Thousands of locks need far less.
constexpr std::size_t largest_table = 4 << 20;

/// "08:01:1234": two hexadecimal numbers and a decimal one.
std::optional<table_lock> parse_file(pid_t pid, std::string_view text) {
  const auto major = number_in<std::uint32_t>(take_until(text, ':'), 16);
  const auto minor = number_in<std::uint32_t>(take_until(text, ':'), 16);
  const auto inode = number_in<std::uint64_t>(text);
  if (!major || !minor || !inode) return std::nullopt;
  return table_lock{pid, std::uint64_t{*major} << 32 | *minor, *inode};
}

/// "7: POSIX  ADVISORY  READ 4711 08:01:1234 128 128"; a waiting request has "->" behind its number.
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

/// True when /proc does not show the process (hidepid).
bool is_old_enough(pid_t pid, std::chrono::nanoseconds newest_start) {
  const auto who = find_living_process(pid);
  return !who || who->started() <= newest_start;
}

}  // namespace

std::vector<table_lock> locks_on(std::string_view table, std::uint64_t inode) {
  std::vector<table_lock> out;
  while (!table.empty()) {
    const auto lock = parse_line(take_until(table, '\n'));
    if (lock && lock->inode == inode) out.push_back(*lock);
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
          is_old_enough(lock.pid, newest_start) && !is_own_worker(lock.pid))
        return {true, lock.pid};
  }
  return {true, std::nullopt};
}

}  // namespace telltale::sqlite
