// Maps C++ types to configuration options: parser, text form and shape in the JSON Schema.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <telltale/limit.hpp>
#include <telltale/option_types.hpp>
#include <telltale/raw_value.hpp>
#include <telltale/units.hpp>

namespace telltale {

enum class option_kind : std::uint8_t {
  text,
  path,
  url,
  address,
  duration,
  size,
  percentage,
  count,
  number,
  boolean,
  choice,
  secret,
  list,
  upper_limit,
  lower_limit,
  map,
  group
};

struct option_info;

/// Describes a type for the schema and the documentation.
struct option_shape {
  option_kind kind = option_kind::text;
  std::vector<std::string_view> choices;  ///< `choice` only
  std::vector<option_shape> element;      ///< list, limits and maps: exactly one, what they hold
  std::vector<option_info> members;       ///< `group` only
  /// For documentation: "duration", "list of text", "limit (size)", "one of inspect, query, write".
  std::string name() const;
};

/// Describes one declared option for documentation and the schema.
struct option_info {
  std::string name;
  option_shape shape;
  bool required = false;
  std::string default_text;  ///< YAML text of the default; empty when there is none
  std::string doc;           ///< one sentence
};

/// Makes a type usable as an option. Specialised for every such type, with three static functions:
///
///   option_shape shape();
///   std::optional<T> parse(const raw_value&, std::string_view option, problems&);  // nothing: a problem was added
///   std::string text(const T&);                                                    // YAML; empty: no default
template <class T>
struct option_traits;

/// Names of an enumeration's values, in their order starting at 0. Specialise to make the enumeration an option:
///   template <> struct telltale::choices<mode> { static constexpr std::array<std::string_view, 2> names{"a", "b"}; };
template <class Enum>
struct choices;

namespace detail {
/// "wal_backlog: expected a size such as 64MiB, not '64' - add a unit", at the value's location.
void wrong_value(const raw_value&, std::string_view option, std::string_view expected, problems&);
/// The scalar's text, or a problem. `what` completes "expected …".
const std::string* scalar_text(const raw_value&, std::string_view option, std::string_view what, problems&);
void check_keys(const raw_value& map, const std::vector<std::string_view>& known,
                const std::vector<std::string_view>& required, const std::vector<std::string_view>& also_known,
                problems&);
/// Where a rule over the options of `map` is broken: at the option that the message begins with, else as reported.
source_location place_of(const problem& broken, const raw_value& map);
std::optional<std::size_t> parse_choice(const raw_value&, std::string_view option,
                                        const std::vector<std::string_view>& names, problems&);
/// YAML text of a plain string, quoted if necessary.
std::string quoted_text(std::string_view);
/// Validates a {warn, fail} map or bare value and passes each value to the callback of its key.
struct limit_parts {
  const raw_value* warn = nullptr;
  const raw_value* fail = nullptr;
};
std::optional<limit_parts> limit_parts_of(const raw_value&, std::string_view option, problems&);
}  // namespace detail

#define TELLTALE_SIMPLE_OPTION(type)                                                        \
  template <>                                                                               \
  struct option_traits<type> {                                                              \
    static option_shape shape();                                                            \
    static std::optional<type> parse(const raw_value&, std::string_view option, problems&); \
    static std::string text(const type&);                                                   \
  }
TELLTALE_SIMPLE_OPTION(std::string);
TELLTALE_SIMPLE_OPTION(file_path);
TELLTALE_SIMPLE_OPTION(url);
TELLTALE_SIMPLE_OPTION(std::chrono::milliseconds);
TELLTALE_SIMPLE_OPTION(bytes);
TELLTALE_SIMPLE_OPTION(percent);
TELLTALE_SIMPLE_OPTION(std::uint64_t);
TELLTALE_SIMPLE_OPTION(double);
TELLTALE_SIMPLE_OPTION(bool);
TELLTALE_SIMPLE_OPTION(secret);
TELLTALE_SIMPLE_OPTION(text_or_secret);
#undef TELLTALE_SIMPLE_OPTION

/// An enumeration with a `choices` specialisation.
template <class Enum>
requires requires { choices<Enum>::names; }
struct option_traits<Enum> {
  static std::vector<std::string_view> names() { return {choices<Enum>::names.begin(), choices<Enum>::names.end()}; }
  static option_shape shape() { return {option_kind::choice, names(), {}, {}}; }
  static std::optional<Enum> parse(const raw_value& value, std::string_view option, problems& errors) {
    auto index = detail::parse_choice(value, option, names(), errors);
    return index ? std::optional(static_cast<Enum>(*index)) : std::nullopt;
  }
  static std::string text(const Enum& value) {
    return std::string(choices<Enum>::names[static_cast<std::size_t>(value)]);
  }
};

/// An option that may be absent.
template <class T>
struct option_traits<std::optional<T>> {
  static option_shape shape() { return option_traits<T>::shape(); }
  static std::optional<std::optional<T>> parse(const raw_value& value, std::string_view option, problems& errors) {
    auto parsed = option_traits<T>::parse(value, option, errors);
    return parsed ? std::optional(std::optional<T>(std::move(*parsed))) : std::nullopt;
  }
  static std::string text(const std::optional<T>& value) { return value ? option_traits<T>::text(*value) : ""; }
};

/// A list; a single value stands for a list of one. An empty list is a problem.
template <class T>
struct option_traits<std::vector<T>> {
  static option_shape shape() { return {option_kind::list, {}, {option_traits<T>::shape()}, {}}; }
  static std::optional<std::vector<T>> parse(const raw_value& value, std::string_view option, problems& errors) {
    std::vector<T> out;
    const auto before = errors.size();
    auto take = [&](const raw_value& item) {
      if (auto parsed = option_traits<T>::parse(item, option, errors)) out.push_back(std::move(*parsed));
    };
    if (value.kind == raw_value::kind_t::list) {
      for (const auto& item : value.items) take(item);
      if (value.items.empty()) errors.add(value.at, std::string(option) + ": the list is empty");
    } else {
      take(value);
    }
    return errors.size() == before ? std::optional(std::move(out)) : std::nullopt;
  }
  static std::string text(const std::vector<T>& value) {
    if (value.empty()) return "";
    std::string out = "[";
    for (const auto& item : value) out += (out.size() > 1 ? ", " : "") + option_traits<T>::text(item);
    return out + "]";
  }
};

namespace detail {
/// Shared by upper_limit and lower_limit. `upper` only chooses the rule between warn and fail.
template <template <class> class Limit, class T, bool upper>
struct limit_traits {
  static option_shape shape() {
    return {upper ? option_kind::upper_limit : option_kind::lower_limit, {}, {option_traits<T>::shape()}, {}};
  }
  static std::optional<Limit<T>> parse(const raw_value& value, std::string_view option, problems& errors) {
    const auto before = errors.size();
    auto parts = limit_parts_of(value, option, errors);
    if (!parts) return std::nullopt;
    Limit<T> out;
    if (parts->warn) out.warn = option_traits<T>::parse(*parts->warn, std::string(option) + ".warn", errors);
    if (parts->fail) out.fail = option_traits<T>::parse(*parts->fail, std::string(option) + ".fail", errors);
    if (out.warn && out.fail && (upper ? *out.fail < *out.warn : *out.warn < *out.fail))
      errors.add(value.at, std::string(option) + ": warn must be " + (upper ? "below" : "above") +
                               " fail, or a warning could never be seen");
    return errors.size() == before ? std::optional(std::move(out)) : std::nullopt;
  }
  static std::string text(const Limit<T>& value) {
    if (!value.warn && !value.fail) return "";
    if (!value.warn) return "{fail: " + option_traits<T>::text(*value.fail) + "}";
    if (!value.fail) return "{warn: " + option_traits<T>::text(*value.warn) + "}";
    return "{warn: " + option_traits<T>::text(*value.warn) + ", fail: " + option_traits<T>::text(*value.fail) + "}";
  }
};
}  // namespace detail

template <class T>
struct option_traits<upper_limit<T>> : detail::limit_traits<upper_limit, T, true> {};
template <class T>
struct option_traits<lower_limit<T>> : detail::limit_traits<lower_limit, T, false> {};

/// A map from free names to values, e.g. headers.
template <class T>
struct option_traits<std::map<std::string, T>> {
  static option_shape shape() { return {option_kind::map, {}, {option_traits<T>::shape()}, {}}; }
  static std::optional<std::map<std::string, T>> parse(const raw_value& value, std::string_view option,
                                                       problems& errors) {
    if (value.kind != raw_value::kind_t::map) {
      detail::wrong_value(value, option, "a map of names to values", errors);
      return std::nullopt;
    }
    const auto before = errors.size();
    std::map<std::string, T> out;
    for (const auto& member : value.members)
      if (auto parsed = option_traits<T>::parse(member.value, std::string(option) + "." + member.key, errors))
        out.emplace(member.key, std::move(*parsed));
    return errors.size() == before ? std::optional(std::move(out)) : std::nullopt;
  }
  static std::string text(const std::map<std::string, T>&) { return ""; }
};

}  // namespace telltale
