// Parses and formats the scalar option types.
#include <telltale/option_traits.hpp>

#include <algorithm>

#include <fmt/format.h>

#include "base/ascii.hpp"
#include "base/words.hpp"

namespace telltale {
namespace {

/// Applies a strict parser to the scalar; the error states what was expected and how to write it.
template <class T, class Parser>
std::optional<T> parse_with(Parser parser, const raw_value& value, std::string_view option, std::string_view expected,
                            problems& errors) {
  const auto* text = detail::scalar_text(value, option, expected, errors);
  if (!text) return std::nullopt;
  if (auto parsed = parser(*text)) return T(*parsed);
  const bool bare_number = parse_count(*text).has_value() || *text == "0";
  errors.add(value.at, fmt::format("{}: expected {}, not {}{}", option, expected, value.shown(),
                                   bare_number ? " (a number needs a unit)" : ""));
  return std::nullopt;
}

constexpr std::string_view duration_words = "a duration such as 500ms, 10s, 5m or 1h30m";
constexpr std::string_view size_words = "a size such as 512KiB, 64MiB or 2GiB";
constexpr std::string_view percent_words = "a percentage from 0% to 100% such as 80%";

bool has_control(std::string_view text) { return std::ranges::any_of(text, is_control); }

}  // namespace

option_shape option_traits<std::string>::shape() { return {option_kind::text, {}, {}, {}}; }
std::optional<std::string> option_traits<std::string>::parse(const raw_value& value, std::string_view option,
                                                             problems& errors) {
  const auto* text = detail::scalar_text(value, option, "text", errors);
  return text ? std::optional(*text) : std::nullopt;
}
std::string option_traits<std::string>::text(const std::string& value) {
  return value.empty() ? "" : detail::quoted_text(value);
}

option_shape option_traits<file_path>::shape() { return {option_kind::path, {}, {}, {}}; }
std::optional<file_path> option_traits<file_path>::parse(const raw_value& value, std::string_view option,
                                                         problems& errors) {
  const auto* text = detail::scalar_text(value, option, "a path", errors);
  if (!text) return std::nullopt;
  constexpr std::size_t path_max = 4095;  // PATH_MAX less the terminator
  if (text->empty() || text->size() > path_max || has_control(*text)) {
    detail::wrong_value(value, option, "a path such as /data/app.db", errors);
    return std::nullopt;
  }
  return file_path{*text};
}
std::string option_traits<file_path>::text(const file_path& value) {
  return value.text.empty() ? "" : detail::quoted_text(value.text);
}

option_shape option_traits<std::chrono::milliseconds>::shape() { return {option_kind::duration, {}, {}, {}}; }
std::optional<std::chrono::milliseconds> option_traits<std::chrono::milliseconds>::parse(const raw_value& value,
                                                                                         std::string_view option,
                                                                                         problems& errors) {
  return parse_with<std::chrono::milliseconds>(parse_duration, value, option, duration_words, errors);
}
std::string option_traits<std::chrono::milliseconds>::text(const std::chrono::milliseconds& value) {
  return to_text(value);
}

option_shape option_traits<bytes>::shape() { return {option_kind::size, {}, {}, {}}; }
std::optional<bytes> option_traits<bytes>::parse(const raw_value& value, std::string_view option, problems& errors) {
  return parse_with<bytes>(parse_bytes, value, option, size_words, errors);
}
std::string option_traits<bytes>::text(const bytes& value) { return to_text(value); }

option_shape option_traits<percent>::shape() { return {option_kind::percentage, {}, {}, {}}; }
std::optional<percent> option_traits<percent>::parse(const raw_value& value, std::string_view option,
                                                     problems& errors) {
  return parse_with<percent>(parse_percent, value, option, percent_words, errors);
}
std::string option_traits<percent>::text(const percent& value) { return to_text(value); }

option_shape option_traits<std::uint64_t>::shape() { return {option_kind::count, {}, {}, {}}; }
std::optional<std::uint64_t> option_traits<std::uint64_t>::parse(const raw_value& value, std::string_view option,
                                                                 problems& errors) {
  constexpr std::string_view words = "a whole number such as 3";
  const auto* text = detail::scalar_text(value, option, words, errors);
  if (!text) return std::nullopt;
  if (auto parsed = parse_count(*text)) return parsed;
  detail::wrong_value(value, option, words, errors);
  return std::nullopt;
}
std::string option_traits<std::uint64_t>::text(const std::uint64_t& value) { return std::to_string(value); }

option_shape option_traits<double>::shape() { return {option_kind::number, {}, {}, {}}; }
std::optional<double> option_traits<double>::parse(const raw_value& value, std::string_view option, problems& errors) {
  constexpr std::string_view words = "a number such as 0.5";
  const auto* text = detail::scalar_text(value, option, words, errors);
  if (!text) return std::nullopt;
  if (auto parsed = finite_number_in(*text)) return parsed;
  detail::wrong_value(value, option, words, errors);
  return std::nullopt;
}
std::string option_traits<double>::text(const double& value) { return fmt::format("{}", value); }

option_shape option_traits<bool>::shape() { return {option_kind::boolean, {}, {}, {}}; }
std::optional<bool> option_traits<bool>::parse(const raw_value& value, std::string_view option, problems& errors) {
  const auto* text = detail::scalar_text(value, option, "true or false", errors);
  if (!text) return std::nullopt;
  const auto parsed = parse_bool(*text);
  // YAML may require quotes around a variable, so quotes do not indicate the type of its value.
  if (parsed && (!value.quoted || value.expanded)) return parsed;
  if (!parsed) detail::wrong_value(value, option, "true or false", errors);
  else
    errors.add(value.at,
               fmt::format("{}: expected true or false, not the text {} - remove the quotes", option, value.shown()));
  return std::nullopt;
}
std::string option_traits<bool>::text(const bool& value) { return value ? "true" : "false"; }

}  // namespace telltale
