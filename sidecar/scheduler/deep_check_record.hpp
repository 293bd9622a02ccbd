// Keeps the results of a check's deep checks for its next probe.
#pragma once

#include <optional>
#include <utility>

#include <telltale/check.hpp>
#include <telltale/clock.hpp>

namespace telltale {

/// A value type without I/O or clock. A failure stays until another deep check has completed: one that was abandoned,
/// killed or not started does not clear it.
class deep_check_record {
 public:
  void note(outcome found, boot_clock::time_point ended) {
    if (found.verdict == verdict::pass) passed_ = ended;
    if (last_ && last_->verdict == verdict::fail && !did_not_complete(*last_) && did_not_complete(found)) return;
    last_ = std::move(found);
    ended_ = ended;
  }

  /// Nothing before the first deep check has ended.
  std::optional<deep_check_result> as_of(boot_clock::time_point now) const {
    if (!last_) return std::nullopt;
    deep_check_result out{*last_, now - ended_, std::nullopt};
    if (passed_) out.last_pass_age = now - *passed_;
    return out;
  }

 private:
  static bool did_not_complete(const outcome& found) {
    if (found.verdict != verdict::fail) return found.verdict == verdict::warn;
    return found.reason == reason::timeout || found.reason == reason::crashed || found.reason == reason::stuck ||
           found.reason == reason::internal;
  }

  std::optional<outcome> last_;
  boot_clock::time_point ended_{};
  std::optional<boot_clock::time_point> passed_;
};

}  // namespace telltale
