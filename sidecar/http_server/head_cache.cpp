// Implements the cache of parsed request heads.
#include "http_server/head_cache.hpp"

namespace telltale {

const head_cache::entry* head_cache::find(std::string_view bytes) const {
  const auto fits = [&](std::size_t i) {
    const auto& known = entries_[i].bytes;
    return !known.empty() && bytes.starts_with(known);
  };
  if (fits(last_hit_)) return &entries_[last_hit_];
  for (std::size_t i = 0; i < capacity; ++i) {
    if (!fits(i)) continue;
    last_hit_ = i;
    return &entries_[i];
  }
  return nullptr;
}

void head_cache::remember(std::string_view bytes, const request_head& head) {
  if (bytes.size() > longest || !head.authorization.empty()) return;
  auto& oldest = entries_[next_];
  oldest.bytes.clear();  // findable only once both parts are stored
  oldest.head = head;
  oldest.bytes = bytes;
  next_ = (next_ + 1) % capacity;
}

}  // namespace telltale
