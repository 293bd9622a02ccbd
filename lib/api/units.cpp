// Parses durations, sizes and percentages strictly, and formats them as short as possible.
#include <telltale/units.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

#include "base/ascii.hpp"
#include "base/words.hpp"

namespace telltale {
namespace {

struct number_and_unit {
  double number = 0;
  std::string_view unit;
  std::string_view rest;
};

/// Takes `12.5unit` off the front: digits, at most one point with digits on both sides, then letters or '%'.
std::optional<number_and_unit> take(std::string_view text) {
  std::size_t i = 0;
  while (i < text.size() && is_digit(text[i])) ++i;
  if (i == 0 || i > 15) return std::nullopt;
  if (text[0] == '0' && i > 1) return std::nullopt;
  if (i < text.size() && text[i] == '.') {
    const auto point = i++;
    while (i < text.size() && is_digit(text[i])) ++i;
    if (i == point + 1 || i - point > 10) return std::nullopt;
  }
  number_and_unit out;
  if (std::from_chars(text.data(), text.data() + i, out.number).ec != std::errc()) return std::nullopt;
  auto j = i;
  while (j < text.size() && !is_digit(text[j]) && text[j] != '.') ++j;
  out.unit = text.substr(i, j - i);
  out.rest = text.substr(j);
  return out.unit.empty() ? std::nullopt : std::optional(out);
}

struct time_unit {
  std::string_view name;
  std::int64_t milliseconds;
};
constexpr std::array<time_unit, 5> time_units{
    {{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}}};
constexpr std::int64_t longest = 365 * time_units[0].milliseconds;

struct size_unit {
  std::string_view name;
  double factor;
};
constexpr std::array<size_unit, 9> size_units{{{"TiB", 1099511627776.0},
                                               {"GiB", 1073741824.0},
                                               {"MiB", 1048576.0},
                                               {"KiB", 1024.0},
                                               {"TB", 1e12},
                                               {"GB", 1e9},
                                               {"MB", 1e6},
                                               {"kB", 1e3},
                                               {"B", 1.0}}};
constexpr double largest_exact = 9007199254740992.0;  // 2^53: above it a double skips whole numbers

std::string trimmed(double value) {
  auto text = fmt::format("{:.3f}", value);
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  return text;
}

}  // namespace

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
  double total = 0;
  std::size_t next_unit = 0;  // compounds go from large to small, each unit once
  do {
    auto part = take(text);
    if (!part) return std::nullopt;
    auto unit = next_unit;
    while (unit < time_units.size() && time_units[unit].name != part->unit) ++unit;
    if (unit == time_units.size()) return std::nullopt;
    total += part->number * static_cast<double>(time_units[unit].milliseconds);
    next_unit = unit + 1;
    text = part->rest;
  } while (!text.empty());
  if (total > static_cast<double>(longest) || std::floor(total) != total) return std::nullopt;
  return std::chrono::milliseconds(static_cast<std::int64_t>(total));
}

std::optional<bytes> parse_bytes(std::string_view text) {
  auto part = take(text);
  if (!part || !part->rest.empty()) return std::nullopt;
  for (const auto& unit : size_units)
    if (unit.name == part->unit) {
      const double count = part->number * unit.factor;
      if (count > largest_exact || std::floor(count) != count) return std::nullopt;
      return bytes{static_cast<std::uint64_t>(count)};
    }
  return std::nullopt;
}

std::optional<percent> parse_percent(std::string_view text) {
  auto part = take(text);
  if (!part || part->unit != "%" || !part->rest.empty() || part->number > 100) return std::nullopt;
  return percent{part->number};
}

std::optional<std::uint64_t> parse_count(std::string_view text) {
  if (text.empty() || (text[0] == '0' && text.size() > 1)) return std::nullopt;
  return number_in<std::uint64_t>(text);
}

std::optional<bool> parse_bool(std::string_view text) {
  if (text == "true") return true;
  if (text == "false") return false;
  return std::nullopt;
}

std::string to_text(std::chrono::milliseconds value) {
  if (value.count() == 0) return "0s";
  std::string out;
  auto rest = value.count();
  for (const auto& unit : time_units)
    if (auto count = rest / unit.milliseconds; count != 0) {
      out += fmt::format("{}{}", count, unit.name);
      rest %= unit.milliseconds;
    }
  return out;
}

std::string to_text(bytes value) {
  for (const auto& unit : size_units)
    if (auto factor = static_cast<std::uint64_t>(unit.factor); value.count >= factor && value.count % factor == 0)
      return fmt::format("{}{}", value.count / factor, unit.name);
  return fmt::format("{}B", value.count);
}

std::string to_text(percent value) { return trimmed(value.value) + "%"; }

std::string human_bytes(double count) {
  static constexpr std::array<std::string_view, 7> names{"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  std::size_t i = 0;
  while (i + 1 < names.size() && std::abs(count) >= 1024) {
    count /= 1024;
    ++i;
  }
  return i == 0 ? fmt::format("{:.0f} B", count) : fmt::format("{:.1f} {}", count, names[i]);
}

std::string human_duration(std::chrono::nanoseconds span) {
  const double seconds = std::chrono::duration<double>(span).count();
  if (seconds < 0.001) return fmt::format("{:.0f} us", seconds * 1e6);
  if (seconds < 1) return fmt::format("{:.0f} ms", seconds * 1e3);
  if (seconds < 10) return trimmed(std::round(seconds * 10) / 10) + " s";
  if (seconds < 120) return fmt::format("{:.0f} s", seconds);
  const auto whole = static_cast<std::int64_t>(seconds);
  if (whole < 7200) return fmt::format("{} min", whole / 60);
  const auto two = [](std::int64_t large, std::string_view unit, std::int64_t small, std::string_view small_unit) {
    return fmt::format("{} {}", large, unit) + (small > 0 ? fmt::format(" {} {}", small, small_unit) : "");
  };
  if (whole < 172'800) return two(whole / 3600, "h", whole % 3600 / 60, "min");
  return two(whole / 86'400, "d", whole % 86'400 / 3600, "h");
}

std::string human_age(std::chrono::nanoseconds age) {
  using namespace std::chrono_literals;
  static constexpr std::chrono::seconds steps[] = {1s,   2s,    5s,    10s,   20s,   30s,   1min, 2min,
                                                   5min, 10min, 15min, 20min, 30min, 45min, 1h};
  if (age < steps[0]) return "under 1 s";
  const auto step = *std::prev(std::ranges::upper_bound(steps, age));
  if (step < 1min) return fmt::format("over {} s", step.count());
  if (step < 1h) return fmt::format("over {} min", step / 1min);
  return age < 48h ? fmt::format("over {} h", age / 1h) : fmt::format("over {} d", age / 24h);
}

}  // namespace telltale
