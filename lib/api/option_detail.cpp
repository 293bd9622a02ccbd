// Helpers of all option parsers: error messages, validation of keys, choices and limits.
#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <telltale/option_traits.hpp>

#include "base/ascii.hpp"

namespace telltale {
namespace {

std::string_view kind_text(option_kind kind) {
  switch (kind) {
    case option_kind::text:
      return "text";
    case option_kind::path:
      return "path";
    case option_kind::url:
      return "URL";
    case option_kind::address:
      return "address";
    case option_kind::duration:
      return "duration";
    case option_kind::size:
      return "size";
    case option_kind::percentage:
      return "percentage";
    case option_kind::count:
      return "count";
    case option_kind::number:
      return "number";
    case option_kind::boolean:
      return "true or false";
    case option_kind::secret:
      return "secret";
    case option_kind::group:
      return "group of options";
    default:
      return "";
  }
}

}  // namespace

std::string option_shape::name() const {
  switch (kind) {
    case option_kind::choice:
      return fmt::format("one of {}", fmt::join(choices, ", "));
    case option_kind::list:
      return fmt::format("list of {}", element.front().name());
    case option_kind::upper_limit:
      return fmt::format("limit ({}, larger is worse)", element.front().name());
    case option_kind::lower_limit:
      return fmt::format("limit ({}, smaller is worse)", element.front().name());
    case option_kind::map:
      return fmt::format("map of {}", element.front().name());
    default:
      return std::string(kind_text(kind));
  }
}

namespace detail {

void wrong_value(const raw_value& value, std::string_view option, std::string_view expected, problems& errors) {
  errors.add(value.at, fmt::format("{}: expected {}, not {}", option, expected, value.shown()));
}

const std::string* scalar_text(const raw_value& value, std::string_view option, std::string_view what,
                               problems& errors) {
  if (value.kind == raw_value::kind_t::scalar) return &value.text;
  const bool word = value.kind == raw_value::kind_t::null && !value.text.empty() && what == "text";
  if (word)
    errors.add(value.at, fmt::format("{}: expected text, not nothing - put {} in quotes if it is meant as text", option,
                                     value.text));
  else wrong_value(value, option, what, errors);
  return nullptr;
}

void check_keys(const raw_value& map, const std::vector<std::string_view>& known,
                const std::vector<std::string_view>& required, const std::vector<std::string_view>& also_known,
                problems& errors) {
  auto everything = known;
  everything.insert(everything.end(), also_known.begin(), also_known.end());
  std::vector<std::string_view> meant;
  for (const auto& member : map.members) {
    if (std::find(everything.begin(), everything.end(), member.key) != everything.end()) continue;
    const auto shown = raw_value::scalar(member.key).shown();
    const auto near = meant.emplace_back(nearest(member.key, everything));
    if (!near.empty()) errors.add(member.at, fmt::format("unknown option {}; did you mean '{}'?", shown, near));
    else errors.add(member.at, fmt::format("unknown option {}; known here: {}", shown, fmt::join(everything, ", ")));
  }
  for (auto name : required)
    // Report one error per mistake.
    if (!map.find(name) && std::find(meant.begin(), meant.end(), name) == meant.end())
      errors.add(map.at, fmt::format("option '{}' is missing", name));
}

source_location place_of(const problem& broken, const raw_value& map) {
  if (broken.at != map.at) return broken.at;
  const auto name = std::string_view(broken.message).substr(0, broken.message.find(": "));
  const auto* option = map.find(name.substr(name.rfind('.') + 1));  // "basic.user" in the map of `basic`
  return option ? option->at : broken.at;
}

std::optional<std::size_t> parse_choice(const raw_value& value, std::string_view option,
                                        const std::vector<std::string_view>& names, problems& errors) {
  const auto expected = fmt::format("one of {}", fmt::join(names, ", "));
  const auto* text = scalar_text(value, option, expected, errors);
  if (!text) return std::nullopt;
  if (auto it = std::find(names.begin(), names.end(), *text); it != names.end())
    return static_cast<std::size_t>(it - names.begin());
  errors.add(value.at, fmt::format("{}: expected {}, not {}{}", option, expected, value.shown(),
                                   value.expanded ? "" : suggestion(*text, names)));
  return std::nullopt;
}

std::string quoted_text(std::string_view text) {
  const auto harmless = [](char c) {
    return is_letter_or_digit(c) || std::string_view("_-./:").find(c) != std::string_view::npos;
  };
  const bool plain = !text.empty() && std::ranges::all_of(text, harmless) &&
                     text.find(": ") == std::string_view::npos && text.front() != '-' && text.back() != ':';
  if (plain) return std::string(text);
  std::string out = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

std::optional<limit_parts> limit_parts_of(const raw_value& value, std::string_view option, problems& errors) {
  if (value.kind == raw_value::kind_t::scalar) return limit_parts{nullptr, &value};
  if (value.kind != raw_value::kind_t::map) {
    wrong_value(value, option, "a value or {warn: ..., fail: ...}", errors);
    return std::nullopt;
  }
  const auto before = errors.size();
  check_keys(value, {"warn", "fail"}, {}, {}, errors);
  if (value.members.empty()) wrong_value(value, option, "warn, fail or both", errors);
  return errors.size() == before ? std::optional(limit_parts{value.find("warn"), value.find("fail")}) : std::nullopt;
}

}  // namespace detail
}  // namespace telltale
