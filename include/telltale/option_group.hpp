// Option groups: a nested map such as `tls: {cert: …, key: …}` is a struct that declares its own options.
#pragma once

#include <telltale/option.hpp>

namespace telltale {

/// A struct becomes an option itself when it has `static options_of<Self> declared()`.
template <class Group>
requires requires { Group::declared(); }
struct option_traits<Group> {
  static option_shape shape() { return {option_kind::group, {}, {}, Group::declared().infos()}; }
  static std::optional<Group> parse(const raw_value& value, std::string_view option, problems& errors) {
    if (value.kind != raw_value::kind_t::map) {
      detail::wrong_value(value, option, "a map of options", errors);
      return std::nullopt;
    }
    const auto before = errors.size();
    auto parsed = Group::declared().parse(value, errors);
    return errors.size() == before ? std::optional(std::move(parsed)) : std::nullopt;
  }
  static std::string text(const Group&) { return ""; }
};

}  // namespace telltale
