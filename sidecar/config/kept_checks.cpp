// Matches checks by name and compares their options as written.
#include "config/kept_checks.hpp"

#include <string_view>
#include <unordered_map>

namespace telltale {
kept_checks find_kept_checks(const config& before, const config& after) {
  std::unordered_map<std::string_view, std::size_t> numbers;
  for (std::size_t i = 0; i < before.checks.size(); ++i) numbers.emplace(before.checks[i].settings.name, i);
  kept_checks out;
  out.reserve(after.checks.size());
  for (const auto& check : after.checks) {
    const auto found = numbers.find(check.settings.name);
    const bool kept = found != numbers.end() && before.checks[found->second].type == check.type &&
                      before.checks[found->second].options.same_as(check.options);
    out.push_back(kept ? std::optional(found->second) : std::nullopt);
  }
  return out;
}

}  // namespace telltale
