// A refused request: status and sentence.
#pragma once

#include <string_view>

namespace telltale {

/// Sentences are literals: they are sent to the client, and no input may be echoed.
struct refusal {
  int status = 400;
  std::string_view sentence;
};

}  // namespace telltale
