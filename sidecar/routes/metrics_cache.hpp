// Bodies of /metrics, each good for a moment.
#pragma once

#include <array>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "snapshot/snapshot.hpp"

namespace telltale {

/// Writing metrics costs far more than sending them. Whoever asks again within a tick, of the same picture, gets the
/// same bytes; and however many ask for however many checks, no more than a tenth of the loop's time goes into writing.
/// A scrape sees what was true a moment ago, which it always does. Belongs to the loop's thread.
class metrics_cache {
 public:
  using body = std::shared_ptr<const std::string>;
  using clock = std::chrono::steady_clock;
  enum form : std::size_t { text, text_gzip, openmetrics, openmetrics_gzip, form_count };

  static constexpr std::chrono::milliseconds tick{50};
  static constexpr int share = 10;

  explicit metrics_cache(std::function<clock::time_point()> now = clock::now) : now_(std::move(now)) {}

  body get(form, const snapshot_ptr&, const std::function<std::string()>& make);
  /// Lets go of what nobody may have any more; with thousands of checks it is large. Whether that is all there was.
  bool tidy();
  void clear() { kept_ = {}; }

 private:
  struct entry {
    body bytes;
    picture_id picture;
    clock::time_point good_until;  ///< for the same picture
    clock::time_point good_for_others_until;
  };
  std::function<clock::time_point()> now_;
  std::array<entry, form_count> kept_;
};

}  // namespace telltale
