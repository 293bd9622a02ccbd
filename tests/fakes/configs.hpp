// Builds configurations in memory, for tests that need no YAML.
#pragma once

#include <string>

#include "config/config.hpp"

namespace telltale::fakes {

/// A type whose checks would run in a worker; no check is ever built from it.
inline const check_type& blocking_fake() {
  static const check_type type = [] {
    check_type t;
    t.name = "disk";
    t.component = "system";
    t.make_blocking = [](const raw_value&) -> std::unique_ptr<blocking_check> { return nullptr; };
    return t;
  }();
  return type;
}

inline check_config check_named(std::string name, const check_type& type = blocking_fake()) {
  check_config out;
  out.settings.name = std::move(name);
  out.settings.type = type.name;
  out.type = &type;
  return out;
}

}  // namespace telltale::fakes
