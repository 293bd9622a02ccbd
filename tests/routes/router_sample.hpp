// Creates routers and requests for tests.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "fakes/snapshots.hpp"
#include "routes/routes.hpp"

namespace telltale::test {

inline router make_router(details level = details::full, std::string token = {}) {
  return router({level, std::move(token), false}, [] { return program_counters{}; });
}

inline request get(std::string_view target) {
  request out;
  out.method = "GET";
  out.target = target;
  return out;
}

}  // namespace telltale::test
