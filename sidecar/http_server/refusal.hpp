// Why something on a connection is not answered as a request.
#pragma once

#include <string_view>

namespace telltale {

/// The sentences are literals: they are sent to whoever is at the other end, so nothing of the input is echoed in them.
struct refusal {
  int status = 400;
  std::string_view sentence;
};

}  // namespace telltale
