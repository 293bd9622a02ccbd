// One thing that a run of a check found, before it is part of an outcome.
#pragma once

#include <string>

#include <telltale/reason.hpp>
#include <telltale/verdict.hpp>

namespace telltale {

/// What is wrong, how bad that is, and the sentence for a person (UTF-8, no line breaks, no final full stop).
/// The default is "nothing is wrong", with an empty sentence.
struct finding {
  telltale::verdict verdict = verdict::pass;
  telltale::reason reason = reason::ok;
  std::string sentence;

  friend bool operator==(const finding&, const finding&) = default;
};

}  // namespace telltale
