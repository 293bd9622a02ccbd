// What a check's examinations came to, for its next probe to be told.
#pragma once

#include <optional>
#include <utility>

#include <telltale/check.hpp>
#include <telltale/clock.hpp>

namespace telltale {

/// A value type without I/O or clock. What an examination found wrong stays until another one has looked as well: one
/// that was given up, killed or could not begin clears nothing.
class examined_record {
 public:
  void note(outcome found, boot_clock::time_point ended) {
    if (found.verdict == verdict::pass) passed_ = ended;
    if (last_ && last_->verdict == verdict::fail && !came_to_nothing(*last_) && came_to_nothing(found)) return;
    last_ = std::move(found);
    ended_ = ended;
  }

  /// Nothing before the first examination has ended.
  std::optional<examination> as_of(boot_clock::time_point now) const {
    if (!last_) return std::nullopt;
    examination out{*last_, now - ended_, std::nullopt};
    if (passed_) out.last_pass_age = now - *passed_;
    return out;
  }

 private:
  static bool came_to_nothing(const outcome& found) {
    if (found.verdict != verdict::fail) return found.verdict == verdict::warn;
    return found.reason == reason::timeout || found.reason == reason::crashed || found.reason == reason::stuck ||
           found.reason == reason::internal;
  }

  std::optional<outcome> last_;
  boot_clock::time_point ended_{};
  std::optional<boot_clock::time_point> passed_;
};

}  // namespace telltale
