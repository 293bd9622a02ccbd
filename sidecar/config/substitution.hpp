// ${VAR} in values.
#pragma once

#include <vector>

#include <telltale/raw_value.hpp>

#include "config/config.hpp"
#include "yaml/source_text.hpp"

namespace telltale {

/// Replaces variables in every scalar value of the tree (keys were read before and stay):
///   ${VAR}            the variable, which must be set
///   ${VAR:-default}   `default` when VAR is unset or empty
///   ${VAR:?message}   `message` as the error when VAR is unset or empty
///   $$                one dollar sign
/// It works on the tree, not on the text, so what a variable holds can never become structure; the result is not
/// scanned again. A dollar sign before anything but a letter, '_', '{' or '$' means itself.
/// Returns the places of the values that could not be completed; what is said about them later is a consequence.
/// The text that the tree was read from tells the lines of values that go on over several.
std::vector<place> substitute_variables(raw_value& root, const environment&, problems&,
                                        const source_text* source = nullptr);

}  // namespace telltale
