// Implements the cache of response bodies.
#include "routes/body_cache.hpp"

#include <algorithm>

namespace telltale {

std::size_t body_cache::index(body_key key) {
  return static_cast<std::size_t>(key.form) * 3 + static_cast<std::size_t>(key.level);
}

body_cache::body body_cache::get(const snapshot_ptr& snap, body_key key, const std::function<std::string()>& make) {
  auto& of_subject = kept_[index_of(key.subject)];
  if (of_subject.snap != snap) of_subject = {snapshot_id(snap), {}};
  auto& kept = of_subject.bodies[index(key)];
  if (!kept) kept = std::make_shared<const std::string>(make());
  return kept;
}

bool body_cache::drop_expired() {
  bool nothing_left = true;
  for (auto& of_subject : kept_) {
    if (of_subject.snap.is_gone()) of_subject.bodies = {};
    nothing_left = nothing_left && std::ranges::none_of(of_subject.bodies, [](const body& b) { return b != nullptr; });
  }
  return nothing_left;
}

}  // namespace telltale
