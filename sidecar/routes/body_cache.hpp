// Caches the bodies of the latest snapshots, rendered on demand.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <string>

#include "snapshot/snapshot.hpp"

namespace telltale {

enum class body_form : std::uint8_t { json, text };

/// Selects a body together with the snapshot.
struct body_key {
  snapshot_subject subject;  ///< of the snapshot: one gate, or all checks
  body_form form = body_form::json;
  details level = details::full;
};

/// Holds at most one body per key, of one snapshot per subject. A new snapshot replaces the bodies of its subject, so
/// the cache never grows and never returns an old body. Used on the loop's thread.
class body_cache {
 public:
  using body = std::shared_ptr<const std::string>;

  body get(const snapshot_ptr&, body_key, const std::function<std::string()>& make);
  /// Drops the bodies of expired snapshots. Returns whether the cache is empty.
  bool drop_expired();

 private:
  struct of_snapshot {
    snapshot_id snap;
    std::array<body, 2 * 3> bodies;
  };
  static std::size_t index(body_key);

  std::array<of_snapshot, snapshot_subjects> kept_;
};

}  // namespace telltale
