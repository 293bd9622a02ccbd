// What went wrong, in the two forms every report needs: a reason of the closed set and a sentence.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include <telltale/reason.hpp>

namespace telltale::websocket {

struct failure {
  telltale::reason why = reason::internal;
  std::string sentence;
  friend bool operator==(const failure&, const failure&) = default;
};

inline failure protocol(std::string sentence) { return {reason::protocol, std::move(sentence)}; }

/// Nothing means that the step succeeded.
using maybe_failure = std::optional<failure>;

}  // namespace telltale::websocket
