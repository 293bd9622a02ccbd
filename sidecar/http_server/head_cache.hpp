// Caches parsed request heads, so that repeated heads need no parsing.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "http_server/request_head.hpp"

namespace telltale {

/// The kubelet, Docker and Prometheus repeat the same few heads. A head's meaning depends on its bytes only, so equal
/// bytes get the cached result. The cache has a fixed size; other heads replace old entries.
class head_cache {
 public:
  struct entry {
    std::string bytes;  ///< including the empty line at the end
    request_head head;
  };
  static constexpr std::size_t capacity = 16;
  static constexpr std::size_t longest = 512;

  /// Finds the entry that `bytes` begin with; valid until the next `remember`. No head is a prefix of another.
  const entry* find(std::string_view bytes) const;
  /// Stores a parsed head. Long heads and heads with credentials are not stored, so that secrets leave memory soon.
  void remember(std::string_view bytes, const request_head&);

 private:
  std::array<entry, capacity> entries_;
  std::size_t next_ = 0;
  mutable std::size_t last_hit_ = 0;
};

}  // namespace telltale
