// The operators of the expectation language.
#pragma once

#include <array>
#include <string_view>
#include <utility>

#include "expect/expectation.hpp"

namespace telltale {

/// Longer operators first: `>=` starts with `>`. The first of a relation is the one that is shown.
inline constexpr std::array<std::pair<std::string_view, expectation::relation>, 9> operators{{
    {"==", expectation::relation::equal},
    {"!=", expectation::relation::not_equal},
    {"<=", expectation::relation::less_equal},
    {">=", expectation::relation::greater_equal},
    {"!~ ", expectation::relation::no_match},
    {"<", expectation::relation::less},
    {">", expectation::relation::greater},
    {"=", expectation::relation::equal},
    {"~ ", expectation::relation::match},  // with its blank: `~/models` is a text
}};

}  // namespace telltale
