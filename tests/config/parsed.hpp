// Helpers for tests that parse configurations.
#pragma once

#include <doctest/doctest.h>

#include <string>

#include "config/config.hpp"
#include "diagnostics/error_text.hpp"
#include "fakes/fake_checks.hpp"

namespace telltale::fakes {

/// The configuration, or a failed test that shows the errors.
inline config good(std::string text) {
  auto result = parse_config(std::move(text), "t.yaml", table(), variables);
  const auto* errors = std::get_if<config_errors>(&result);
  if (!errors) return std::get<config>(std::move(result));
  FAIL_CHECK(to_text(*errors));
  return {};
}

/// The printed errors; "accepted" when there is none.
inline std::string bad(std::string text) {
  const auto result = parse_config(std::move(text), "t.yaml", table(), variables);
  const auto* errors = std::get_if<config_errors>(&result);
  return errors ? to_text(*errors) : "accepted";
}

}  // namespace telltale::fakes
