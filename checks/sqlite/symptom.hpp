// A finding of one look at the files, before it is known whether it persists.
#pragma once

#include <cstdint>

#include <telltale/finding.hpp>

namespace telltale::sqlite {

/// How a healthy database can look the same, and so how long it is looked at before the finding is reported.
enum class doubt : std::uint8_t {
  none,
  moment,   ///< for a moment between two steps of a writer: a few looks
  locks,    ///< to a look that asks for one lock after the other, while an application opens and closes: many looks
  opening,  ///< and for as long as the disk makes an application wait that opens it: a warning until the next run
};

/// Its sentence does not begin with the database's name.
struct symptom : finding {
  telltale::sqlite::doubt doubt = doubt::none;
};

}  // namespace telltale::sqlite
