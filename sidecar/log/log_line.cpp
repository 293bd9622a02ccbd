// How a log line is written: escaping, shortening and the two formats, without any I/O.
#include "log/log_line.hpp"

#include <cmath>

#include <fmt/format.h>
#include <boost/json/serialize.hpp>

#include "base/printable.hpp"
#include "base/time_text.hpp"
#include "base/utf8.hpp"

namespace telltale {
namespace {

constexpr std::size_t longest_message = 2048;
constexpr std::size_t longest_value = 1024;
/// Kept free for the closing of the line and the note that fields were left out.
constexpr std::size_t tail_room = 32;

std::string_view name_of(log_level level) {
  switch (level) {
    case log_level::debug:
      return "debug";
    case log_level::info:
      return "info";
    case log_level::warn:
      return "warn";
    case log_level::error:
      return "error";
  }
  return "error";
}

/// The text in JSON quotes, at most `limit` bytes: escapes can make six bytes of one, so it is cut before escaping.
std::string quoted(std::string_view text, std::size_t limit) {
  // Nothing beyond the limit can be shown, and a message may be megabytes.
  const auto valid = valid_utf8(text.substr(0, limit + 4));
  for (auto keep = limit - 2;; keep = keep / 2) {
    auto out = boost::json::serialize(shortened(valid, keep));
    if (out.size() <= limit || keep < 8) return out;
  }
}

bool is_bare_word(std::string_view text) {
  if (text.empty()) return false;
  for (unsigned char c : text)
    if (c <= ' ' || c >= 0x7F || c == '"' || c == '=' || c == '\\') return false;
  return true;
}

struct value_text {
  log_format format;
  std::string operator()(std::string_view text) const {
    if (format == log_format::text && text.size() <= longest_value && is_bare_word(text)) return std::string(text);
    return quoted(text, longest_value);
  }
  std::string operator()(std::int64_t number) const { return std::to_string(number); }
  std::string operator()(double number) const { return std::isfinite(number) ? fmt::format("{}", number) : "null"; }
  std::string operator()(bool yes) const { return yes ? "true" : "false"; }
};

std::string opening(log_format format, log_level level, std::string_view message, std::string_view when) {
  auto text = quoted(message, longest_message);
  if (format == log_format::json)
    return fmt::format(R"({{"ts":"{}","level":"{}","msg":{})", when, name_of(level), text);
  return fmt::format("{} {:<5} {}", when, name_of(level), std::string_view(text).substr(1, text.size() - 2));
}

}  // namespace

std::string log_line(log_format format, log_level level, std::string_view message,
                     std::initializer_list<log_field> fields, std::chrono::system_clock::time_point when) {
  const bool json = format == log_format::json;
  auto line = opening(format, level, message, rfc3339(when));
  for (const auto& field : fields) {
    auto value = std::visit(value_text{format}, field.value);
    auto part = json ? fmt::format(",{}:{}", quoted(field.name, 128), value) : fmt::format(" {}={}", field.name, value);
    if (line.size() + part.size() + tail_room > longest_log_line) {
      line += json ? R"(,"truncated":true)" : " truncated=true";
      break;
    }
    line += part;
  }
  return line + (json ? "}\n" : "\n");
}

std::string format_log_line(log_format format, log_level level, std::string_view message,
                            std::initializer_list<log_field> fields) {
  return log_line(format, level, message, fields, std::chrono::system_clock::now());
}

}  // namespace telltale
