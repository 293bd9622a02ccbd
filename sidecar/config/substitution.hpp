// Substitutes ${VAR} in values.
#pragma once

#include <vector>

#include <telltale/raw_value.hpp>

#include "config/config.hpp"
#include "yaml/source_text.hpp"

namespace telltale {

/// Replaces variables in every scalar value of the tree; keys are not changed:
///   ${VAR}            the variable, which must be set
///   ${VAR:-default}   `default` when VAR is unset or empty
///   ${VAR:?message}   `message` as the error when VAR is unset or empty
///   $$                one dollar sign
/// It works on the tree, not on the text, so the value of a variable cannot change the structure. The result is not
/// scanned again. A dollar sign before any character except a letter, '_', '{' or '$' is literal.
/// Returns the locations of the values that could not be completed; later problems at them are consequences.
/// The source text is needed for the lines of multi-line values.
std::vector<source_location> substitute_variables(raw_value& root, const environment&, problems&,
                                                  const source_text* source = nullptr);

}  // namespace telltale
