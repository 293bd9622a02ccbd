// Implements running every check once.
#include "app/check_set.hpp"

#include <stdexcept>
#include <utility>

#include "app/working_loop.hpp"

namespace telltale {

check_set::check_set(const config& conf) : factory_(make_runner_factory(require_working(io_))) {
  problems refused;
  runners_ = make_runners(*factory_, conf, refused);
  if (!refused.empty()) throw std::runtime_error(refused.list().front().message);
  for (const auto& check : conf.checks) results_.push_back({check, {}, {}});
}

const std::vector<check_result>& check_set::run_once() {
  io_.restart();
  io_.poll();  // probes that have ended since the last call
  for (std::size_t i = 0; i < runners_.size(); ++i) {
    const auto& last = results_[i];
    const bool slow = last.config.type->cadence.slow;
    if (slow && last.found.verdict == verdict::pass) continue;
    ++unanswered_;
    if (slow) slow_.push_back(i);
    else start(i);
  }
  start_slow();
  io_.restart();
  if (unanswered_ > 0) io_.run();
  return results_;
}

void check_set::start_slow() {
  if (slow_.empty()) return;
  const auto next = slow_.front();
  slow_.pop_front();
  start(next);
}

void check_set::start(std::size_t check) {
  runners_[check]->start(results_[check].config.settings.timeout, [this, check](run_report report) {
    results_[check].found = std::move(report.outcome);
    results_[check].duration = report.duration;
    if (results_[check].config.type->cadence.slow) start_slow();
    if (--unanswered_ == 0) io_.stop();  // a probe that overran may still be ending; it is not awaited
  });
}

}  // namespace telltale
