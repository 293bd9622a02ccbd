// What went wrong, in the two forms every report needs: a reason of the closed set and a sentence.
#pragma once

#include <optional>
#include <string>

#include <telltale/reason.hpp>

namespace telltale::websocket {

struct failure {
  telltale::reason why = reason::internal;
  std::string sentence;
  friend bool operator==(const failure&, const failure&) = default;
};

/// Nothing means that the step succeeded.
using maybe_failure = std::optional<failure>;

}  // namespace telltale::websocket
