// Parses one option and gives its value or the message of its problem.
#pragma once

#include <string>

#include <telltale/option_traits.hpp>

namespace telltale::testing {

/// "accepted", or the message of the first problem of option `x`.
template <class T>
std::string problem_of(const raw_value& value) {
  problems errors;
  const auto parsed = option_traits<T>::parse(value, "x", errors);
  return parsed ? "accepted" : errors.list().at(0).message;
}

template <class T>
std::string problem_of(const std::string& text) {
  return problem_of<T>(raw_value::scalar(text, {3, 5}));
}

}  // namespace telltale::testing
