// Bodies of the newest picture, made when first asked for.
#include "routes/body_cache.hpp"

#include <algorithm>

namespace telltale {

std::size_t body_cache::index(body_key key) {
  const std::size_t subject = key.which ? static_cast<std::size_t>(*key.which) : all_gates.size();
  return (subject * 2 + static_cast<std::size_t>(key.form)) * 3 + static_cast<std::size_t>(key.level);
}

body_cache::body body_cache::get(const snapshot_ptr& picture, body_key key, const std::function<std::string()>& make) {
  if (picture_ != picture) {
    bodies_ = {};
    picture_ = picture_id(picture);
  }
  auto& kept = bodies_[index(key)];
  if (!kept) kept = std::make_shared<const std::string>(make());
  return kept;
}

bool body_cache::tidy() {
  if (picture_.is_gone()) bodies_ = {};
  return std::ranges::none_of(bodies_, [](const body& kept) { return kept != nullptr; });
}

}  // namespace telltale
