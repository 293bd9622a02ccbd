// Caches the bodies of /metrics for a short time.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "snapshot/snapshot.hpp"

namespace telltale {

/// Rendering metrics costs far more than sending them. Requests within one tick for the same snapshot share one body.
/// Rendering takes at most a tenth of the loop's time. A scrape may therefore be slightly old. Used on the
/// loop's thread.
class metrics_cache {
 public:
  using body = std::shared_ptr<const std::string>;
  using clock = std::chrono::steady_clock;
  enum form : std::size_t { text, text_gzip, openmetrics, openmetrics_gzip, form_count };

  static constexpr std::chrono::milliseconds tick{50};
  static constexpr int share = 10;

  explicit metrics_cache(std::function<clock::time_point()> now = clock::now) : now_(std::move(now)) {}

  body get(form, const snapshot_ptr&, const std::function<std::string()>& make);
  void clear() { kept_ = {}; }

 private:
  struct entry {
    body bytes;
    snapshot_ptr of;
    clock::time_point good_until;  ///< for the same snapshot
    clock::time_point good_for_others_until;
  };
  std::function<clock::time_point()> now_;
  std::array<entry, form_count> kept_;
};

}  // namespace telltale
