// A single finding of a check run; an outcome combines several.
#pragma once

#include <string>

#include <telltale/reason.hpp>
#include <telltale/verdict.hpp>

namespace telltale {

/// Verdict, reason and a human-readable sentence (UTF-8, no line breaks, no final full stop).
/// The default passes, with an empty sentence.
struct finding {
  telltale::verdict verdict = verdict::pass;
  telltale::reason reason = reason::ok;
  std::string sentence;

  friend bool operator==(const finding&, const finding&) = default;
};

}  // namespace telltale
