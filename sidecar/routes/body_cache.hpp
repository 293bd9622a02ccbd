// Caches the bodies of the latest snapshot, rendered on demand.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "snapshot/snapshot.hpp"

namespace telltale {

enum class body_form : std::uint8_t { json, text };

/// Selects a body of a snapshot.
struct body_key {
  std::optional<telltale::gate> gate;  ///< absent: the body of all checks
  body_form form = body_form::json;
  details level = details::full;
};

/// Holds at most one body per key, all of one snapshot. Another snapshot replaces it and its bodies, so the cache never
/// grows and never returns an old body. Used on the loop's thread.
class body_cache {
 public:
  using body = std::shared_ptr<const std::string>;

  body get(const snapshot_ptr&, body_key, const std::function<std::string()>& make);

 private:
  static std::size_t index(body_key);

  snapshot_ptr of_;
  std::array<body, (all_gates.size() + 1) * 2 * 3> bodies_;
};

}  // namespace telltale
