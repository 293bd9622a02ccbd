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
    if (!last.config.type->cadence.slow || last.found.verdict != verdict::pass) start(i);
  }
  io_.restart();
  if (unanswered_ > 0) io_.run();
  return results_;
}

void check_set::start(std::size_t check) {
  ++unanswered_;
  runners_[check]->start(results_[check].config.settings.timeout, [this, check](run_report report) {
    results_[check].found = std::move(report.outcome);
    results_[check].duration = report.duration;
    if (--unanswered_ == 0) io_.stop();  // a probe that overran may still be ending; it is not awaited
  });
}

}  // namespace telltale
