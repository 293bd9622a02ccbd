// Builds the asynchronous checks and reports all problems at once.
#include "scheduler/network_checks.hpp"

#include <exception>

#include <fmt/format.h>

namespace telltale {

std::vector<std::shared_ptr<async_check>> network_checks(const config& conf, problems& refused) {
  std::vector<std::shared_ptr<async_check>> out;
  for (const auto& c : conf.checks) try {
      out.push_back(c.type->make_async ? c.type->make_async(c.options) : nullptr);
    } catch (const std::exception& e) {
      out.push_back(nullptr);
      refused.add(c.at, fmt::format("check '{}': {}", c.settings.name, e.what()));
    }
  return out;
}

}  // namespace telltale
