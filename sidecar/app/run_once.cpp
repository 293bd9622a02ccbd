// Implements running every check once.
#include "app/run_once.hpp"

#include <memory>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>
#include <boost/asio/io_context.hpp>

#include "app/working_loop.hpp"
#include "scheduler/async_run.hpp"
#include "worker/worker_pool.hpp"

namespace telltale {
namespace {

class one_run {
 public:
  one_run(const config& conf, deep_check_records& records) : conf_(conf), records_(records) {
    records.resize(conf.checks.size());
    for (const auto& c : conf.checks) results_.push_back({c, {}, {}});
  }

  std::vector<check_result> run() {
    unanswered_ = results_.size();
    for (std::size_t i = 0; i < results_.size(); ++i) start(i);
    io_.run();
    return std::move(results_);
  }

 private:
  void start(std::size_t i) {
    const auto& c = conf_.checks[i];
    const auto plan = c.type->deep_check ? c.type->deep_check(c.options) : std::nullopt;
    if (!plan || has_passed(records_[i])) return probe(i);
    // The deep check runs first, so that the probe receives its result.
    pool_->run(pool_->add({c.type->name, c.options, true}), plan->timeout, {}, [this, i](run_report report) {
      records_[i].note(std::move(report.outcome), boot_clock::now());
      probe(i);
    });
  }

  static bool has_passed(const deep_check_record& record) {
    const auto last = record.as_of(boot_clock::now());
    return last && last->found.verdict == verdict::pass;
  }

  void probe(std::size_t i) {
    const auto& c = conf_.checks[i];
    auto done = [this, i](run_report report) { take(i, std::move(report)); };
    blocking_part* part = nullptr;
    if (c.type->make_blocking) {
      const auto task = pool_->add({c.type->name, c.options});
      if (!c.type->make_async) return pool_->run(task, c.settings.timeout, input_of(i), done);
      part = parts_.emplace_back(make_blocking_part(*pool_, task)).get();
    }
    run_async(io_, build(c), c.settings.timeout, *names_, part, done, [] {});
  }

  run_input input_of(std::size_t i) const {
    run_input out;
    out.last_deep_check = records_[i].as_of(boot_clock::now());
    return out;
  }

  static std::shared_ptr<async_check> build(const check_config& c) {
    try {
      return c.type->make_async(c.options);
    } catch (const std::exception& e) {
      throw std::runtime_error(fmt::format("check '{}': {}", c.settings.name, e.what()));
    }
  }

  void take(std::size_t i, run_report report) {
    results_[i].found = std::move(report.outcome);
    results_[i].duration = report.duration;
    if (--unanswered_ == 0) io_.stop();  // a probe that overran may still be ending; it is not awaited
  }

  const config& conf_;
  deep_check_records& records_;
  std::vector<check_result> results_;
  std::size_t unanswered_ = 0;
  boost::asio::io_context io_{1};
  std::unique_ptr<worker_pool> pool_ = make_worker_pool(require_working(io_));
  std::unique_ptr<name_resolver> names_ = make_name_resolver(*pool_);
  std::vector<std::unique_ptr<blocking_part>> parts_;
};

}  // namespace

std::vector<check_result> run_once(const config& conf, deep_check_records& records) {
  if (conf.checks.empty()) return {};
  return one_run(conf, records).run();
}

}  // namespace telltale
