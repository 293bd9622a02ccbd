// Request heads that were seen before need no parsing.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "http_server/request_head.hpp"

namespace telltale {

/// The kubelet, Docker and Prometheus send the same few bytes over and over. What they mean depends on nothing else, so
/// the parser's answer is kept: exactly these bytes, exactly that answer. A flood of different heads makes it forget,
/// never grow.
class known_heads {
 public:
  struct entry {
    std::string bytes;  ///< with the empty line at the end
    request_head head;
  };
  static constexpr std::size_t capacity = 16;
  static constexpr std::size_t longest = 512;

  /// The known head that `bytes` begin with; valid until the next `remember`. No head is the beginning of another.
  const entry* find(std::string_view bytes) const;
  /// Long ones are not kept, nor those with credentials: a secret stays in memory no longer than it must.
  void remember(std::string_view bytes, const request_head&);

 private:
  std::array<entry, capacity> entries_;
  std::size_t next_ = 0;
  mutable std::size_t last_hit_ = 0;
};

}  // namespace telltale
