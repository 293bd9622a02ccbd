// Implements the cache of /metrics bodies.
#include "routes/metrics_cache.hpp"

#include <algorithm>

namespace telltale {

metrics_cache::body metrics_cache::get(form which, const snapshot_ptr& snap, const std::function<std::string()>& make) {
  const auto asked = now_();
  auto& kept = kept_[which];
  if (kept.bytes && asked < (kept.of == snap ? kept.good_until : kept.good_for_others_until)) return kept.bytes;
  auto made = std::make_shared<const std::string>(make());
  const auto done = now_();
  const auto cost = share * (done - asked);
  kept = {std::move(made), snap, done + std::max<clock::duration>(tick, cost), done + cost};
  return kept.bytes;
}

}  // namespace telltale
