// Verdict and reason of an outcome, without its message and measurements.
#pragma once

#include <telltale/outcome.hpp>

namespace telltale {

struct outcome_kind {
  telltale::verdict verdict = verdict::fail;
  telltale::reason reason = reason::internal;

  static outcome_kind of(const outcome& found) { return {found.verdict, found.reason}; }
  friend bool operator==(const outcome_kind&, const outcome_kind&) = default;
};

}  // namespace telltale
