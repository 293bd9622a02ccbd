#include "http_server/known_heads.hpp"

namespace telltale {

const known_heads::entry* known_heads::find(std::string_view bytes) const {
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

void known_heads::remember(std::string_view bytes, const request_head& head) {
  if (bytes.size() > longest || !head.authorization.empty()) return;
  auto& oldest = entries_[next_];
  oldest.bytes.clear();  // known again only once both parts are there
  oldest.head = head;
  oldest.bytes = bytes;
  next_ = (next_ + 1) % capacity;
}

}  // namespace telltale
