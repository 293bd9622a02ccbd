// Implements the choice between the two pages. No I/O.
#include "prometheus/page_history.hpp"

#include <utility>

namespace telltale::prometheus {

std::shared_ptr<const earlier_page> page_history::base(boot_clock::time_point at) const {
  for (const auto& one : {newer_, older_})
    if (one && at - one->at >= window_ && at - one->at <= longest_rate_window) return one;
  return nullptr;
}

boot_clock::time_point page_history::ready_at(boot_clock::time_point now) const {
  const bool outdated = newer_ && now - older_->at > longest_rate_window;
  return (outdated ? newer_ : older_)->at + window_;
}

void page_history::add(earlier_page page) {
  auto now = std::make_shared<const earlier_page>(std::move(page));
  if (!older_) {
    older_ = std::move(now);
  } else if (!newer_) {
    newer_ = std::move(now);
  } else if (now->at - newer_->at >= window_) {
    older_ = std::exchange(newer_, std::move(now));
  }
}

}  // namespace telltale::prometheus
