// Implements the cache of response bodies.
#include "routes/body_cache.hpp"

namespace telltale {

std::size_t body_cache::index(body_key key) {
  const auto subject = key.gate ? static_cast<std::size_t>(*key.gate) : all_gates.size();
  return (subject * 2 + static_cast<std::size_t>(key.form)) * 3 + static_cast<std::size_t>(key.level);
}

body_cache::body body_cache::get(const snapshot_ptr& snap, body_key key, const std::function<std::string()>& make) {
  if (of_ != snap) {
    of_ = snap;
    bodies_ = {};
  }
  auto& kept = bodies_[index(key)];
  if (!kept) kept = std::make_shared<const std::string>(make());
  return kept;
}

}  // namespace telltale
