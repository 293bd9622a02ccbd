// Formats a log line: escaping, truncation and the two formats, without I/O.
#include "log/log_line.hpp"

#include <array>
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
/// Reserved for the end of the line and the note that fields were omitted.
constexpr std::size_t tail_room = 32;

struct level_words {
  std::string_view name;
  std::string_view severity;  ///< cloud.google.com/logging/docs/reference/v2/rest/v2/LogEntry#LogSeverity
  std::string_view priority;  ///< sd-daemon(3)
};

/// Indexed by level.
constexpr std::array<level_words, 4> words_of_levels{{
    {"debug", "DEBUG", "<7>"},
    {"info", "INFO", "<6>"},
    {"warn", "WARNING", "<4>"},
    {"error", "ERROR", "<3>"},
}};

/// Quotes the text as JSON in at most `limit` bytes. An escape can take six bytes, so the text is cut before escaping.
std::string quoted(std::string_view text, std::size_t limit) {
  // Only the first `limit` bytes can be shown, and a message may have megabytes.
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

std::string opening(log_style style, log_level level, std::string_view message, std::string_view when) {
  const auto& words = words_of_levels[static_cast<std::size_t>(level)];
  const auto text = quoted(message, longest_message);
  const auto priority = style.priority ? words.priority : std::string_view{};
  if (style.format == log_format::json)
    return fmt::format(R"({}{{"ts":"{}","level":"{}","severity":"{}","msg":{})", priority, when, words.name,
                       words.severity, text);
  return fmt::format("{}{} {:<5} {}", priority, when, words.name, std::string_view(text).substr(1, text.size() - 2));
}

}  // namespace

std::string log_line(log_style style, log_level level, std::string_view message,
                     std::initializer_list<log_field> fields, std::chrono::system_clock::time_point when) {
  const bool json = style.format == log_format::json;
  auto line = opening(style, level, message, rfc3339(when));
  for (const auto& field : fields) {
    auto value = std::visit(value_text{style.format}, field.value);
    auto part = json ? fmt::format(",{}:{}", quoted(field.name, 128), value) : fmt::format(" {}={}", field.name, value);
    if (line.size() + part.size() + tail_room > longest_log_line) {
      line += json ? R"(,"truncated":true)" : " truncated=true";
      break;
    }
    line += part;
  }
  return line + (json ? "}\n" : "\n");
}

}  // namespace telltale
