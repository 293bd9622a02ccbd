// Implements the sharing of name lists.
#include "snapshot/shared_names.hpp"

#include <algorithm>

namespace telltale {

void shared_names::share(kept_measurements& found) {
  const auto& own = found.names();
  if (!own || own.use_count() > 1) return;  // another check has the list, so it was shared before
  const auto known = std::ranges::find_if(lists_, [&](const auto& list) { return *list == *own; });
  if (known != lists_.end()) return found.share(*known);
  std::erase_if(lists_, [](const auto& list) { return list.use_count() == 1; });
  if (lists_.size() < most) lists_.push_back(own);
}

}  // namespace telltale
