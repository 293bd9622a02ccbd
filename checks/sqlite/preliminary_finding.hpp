// A preliminary finding of one observation, and how to confirm it.
#pragma once

#include <cstdint>

#include <telltale/finding.hpp>

namespace telltale::sqlite {

/// How long a healthy database can look the same, which decides how a finding is confirmed.
enum class ambiguity : std::uint8_t {
  none,
  moment,   ///< between two steps of a writer: a few observations confirm it
  locks,    ///< while an application opens and closes, because locks are read one after the other: many observations
  opening,  ///< also while an application opens it on a slow disk: a warning until the next run
};

/// Its sentence does not contain the database's name.
struct preliminary_finding : finding {
  telltale::sqlite::ambiguity ambiguity = ambiguity::none;
};

}  // namespace telltale::sqlite
