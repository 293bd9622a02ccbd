// Parses /proc/PID/stat. The name in parentheses may contain anything, so fields are counted from the last parenthesis.
#include "base/process_stat.hpp"

#include <unistd.h>

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "base/small_file.hpp"
#include "base/words.hpp"

namespace telltale {
std::chrono::nanoseconds process_stat::started() const {
  const auto ticks_per_second = static_cast<std::uint64_t>(std::max(1L, ::sysconf(_SC_CLK_TCK)));
  const std::chrono::seconds whole(start_ticks / ticks_per_second);
  return whole + std::chrono::nanoseconds(start_ticks % ticks_per_second * 1'000'000'000 / ticks_per_second);
}

std::optional<process_stat> parse_process_stat(std::string_view text) {
  const auto open = text.find('(');
  const auto close = text.rfind(')');
  if (open == std::string_view::npos || close == std::string_view::npos || close < open || close + 2 >= text.size())
    return std::nullopt;
  std::vector<std::string_view> fields;
  for (auto rest = text.substr(close + 2); !rest.empty();) fields.push_back(take_until(rest, ' '));
  // proc(5) counts from 1; the state is field 3.
  const auto field = [&](std::size_t number) { return fields[number - 3]; };
  const auto value = [&](std::size_t number) { return number_in<std::uint64_t>(field(number)).value_or(0); };
  if (fields.size() <= 22 - 3 || field(3).empty()) return std::nullopt;
  process_stat out;
  out.name = text.substr(open + 1, close - open - 1);
  out.state = field(3).front();
  out.parent = static_cast<pid_t>(value(4));
  out.flags = value(9);
  out.threads = value(20);
  out.start_ticks = value(22);
  return out;
}

std::optional<process_stat> read_process_stat(pid_t pid) {
  if (pid <= 0) return std::nullopt;
  return parse_process_stat(kernel_text(fmt::format("/proc/{}/stat", pid)));
}

std::optional<process_stat> find_living_process(pid_t pid) {
  auto found = read_process_stat(pid);
  return found && found->lives() ? found : std::nullopt;
}

}  // namespace telltale
