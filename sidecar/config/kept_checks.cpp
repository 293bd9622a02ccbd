// Checks matched by name, options compared as written.
#include "config/kept_checks.hpp"

#include <algorithm>
#include <string_view>
#include <unordered_map>

namespace telltale {
namespace {

/// Places do not count: a comment above moves them.
bool same_value(const raw_value& a, const raw_value& b) {
  const auto same_member = [](const raw_member& x, const raw_member& y) {
    return x.key == y.key && same_value(x.value, y.value);
  };
  return a.kind == b.kind && a.text == b.text && a.quoted == b.quoted &&
         std::ranges::equal(a.items, b.items, same_value) && std::ranges::equal(a.members, b.members, same_member);
}

}  // namespace

kept_checks find_kept_checks(const config& before, const config& after) {
  std::unordered_map<std::string_view, std::size_t> numbers;
  for (std::size_t i = 0; i < before.checks.size(); ++i) numbers.emplace(before.checks[i].settings.name, i);
  kept_checks out;
  out.reserve(after.checks.size());
  for (const auto& check : after.checks) {
    const auto found = numbers.find(check.settings.name);
    const bool kept = found != numbers.end() && before.checks[found->second].type == check.type &&
                      same_value(before.checks[found->second].options, check.options);
    out.push_back(kept ? std::optional(found->second) : std::nullopt);
  }
  return out;
}

}  // namespace telltale
