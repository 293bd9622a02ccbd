// Strong types for sizes and shares, and strict parsing and formatting of every unit.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace telltale {

/// A number of bytes. Text: `512B`, `64KiB`, `64MiB`, `1.5GiB`, `2TiB` (powers of 1024) or `kB`, `MB`, `GB`, `TB`
/// (powers of 1000). A bare number is not a size.
struct bytes {
  std::uint64_t count = 0;
  friend auto operator<=>(const bytes&, const bytes&) = default;
};

/// A share in percent, 0 to 100. Text: `80%`, `99.5%`. A bare number is not a percentage.
struct percent {
  double value = 0;
  double ratio() const { return value / 100.0; }
  friend auto operator<=>(const percent&, const percent&) = default;
};

/// Strict parsers: the whole text must be one number and one unit, no sign, no exponent, no spaces.
/// Durations: `250ms`, `10s`, `1.5s`, `5m`, `6h`, `1d`, and compounds from large to small such as `1h30m`;
/// the resolution is 1 ms, the longest 365 days.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);
std::optional<bytes> parse_bytes(std::string_view text);
std::optional<percent> parse_percent(std::string_view text);
/// Decimal digits only, no sign, no leading zero: `010` could mean eight or ten.
std::optional<std::uint64_t> parse_count(std::string_view text);
/// `true` or `false`; YAML 1.1's yes/no/on/off are rejected.
std::optional<bool> parse_bool(std::string_view text);

/// The shortest text that parses back to the same value, for documentation and messages: `90s` is "1m30s".
std::string to_text(std::chrono::milliseconds value);
std::string to_text(bytes value);
std::string to_text(percent value);

/// A rounded, readable size for messages, e.g. "1.4 GiB".
std::string human_bytes(double count);
/// A rounded, readable span for messages, e.g. "3.2 s", "2 h 5 min".
std::string human_duration(std::chrono::nanoseconds span);
/// An age for a sentence that a failing check repeats in every run: "under 1 s", "over 20 s", "over 5 min", "over 3 h".
/// It is rounded down in growing steps, so that the sentence seldom changes: the kubelet shows a repeated text as one
/// event, and each changed text as another. The exact number is a measurement.
std::string human_age(std::chrono::nanoseconds age);

}  // namespace telltale
