// Implements running every check once.
#include "app/run_once.hpp"

#include <stdexcept>
#include <utility>

#include <fmt/format.h>
#include <boost/asio/io_context.hpp>

#include "app/working_loop.hpp"
#include "scheduler/async_run.hpp"
#include "scheduler/deep_check_record.hpp"
#include "worker/worker_pool.hpp"

namespace telltale {
namespace {

std::shared_ptr<async_check> build(const check_config& c) {
  try {
    return c.type->make_async(c.options);
  } catch (const std::exception& e) {
    throw std::runtime_error(fmt::format("check '{}': {}", c.settings.name, e.what()));
  }
}

bool has_passed(const deep_check_record& record) {
  const auto last = record.as_of(boot_clock::now());
  return last && last->found.verdict == verdict::pass;
}

}  // namespace

std::vector<check_result> run_once(const config& conf, deep_check_records& records) {
  records.resize(conf.checks.size());
  std::vector<check_result> results;
  for (const auto& c : conf.checks) results.push_back({c, {}, {}});
  if (results.empty()) return results;

  boost::asio::io_context io(1);
  require_working(io);
  auto pool = make_worker_pool(io);
  auto names = make_name_resolver(*pool);
  std::vector<std::unique_ptr<blocking_part>> parts;
  auto unanswered = results.size();
  auto take = [&](std::size_t check, run_report report) {
    results[check].found = std::move(report.outcome);
    results[check].duration = report.duration;
    if (--unanswered == 0) io.stop();  // a probe that overran may still be ending; it is not awaited
  };
  auto probe = [&](std::size_t i, run_input input) {
    const auto& c = conf.checks[i];
    auto done = [&take, i](run_report report) { take(i, std::move(report)); };
    if (!c.type->make_async)
      return pool->run(pool->add({c.type->name, c.options}), c.settings.timeout, std::move(input), done);
    if (c.type->make_blocking) parts.push_back(make_blocking_part(*pool, pool->add({c.type->name, c.options})));
    auto* part = c.type->make_blocking ? parts.back().get() : nullptr;
    run_async(io, build(c), c.settings.timeout, *names, part, done, [] {});
  };
  for (std::size_t i = 0; i < results.size(); ++i) {
    const auto& c = conf.checks[i];
    const auto plan = c.type->examination ? c.type->examination(c.options) : std::nullopt;
    auto probe_with_record = [&probe, &record = records[i], i] {
      run_input input;
      input.examined = record.as_of(boot_clock::now());
      probe(i, std::move(input));
    };
    if (!plan || has_passed(records[i])) {
      probe_with_record();
      continue;
    }
    // The deep check runs first, so that the probe receives its result.
    pool->run(pool->add({c.type->name, c.options, true}), plan->timeout, {},
              [probe_with_record, &record = records[i]](run_report report) {
                record.note(std::move(report.outcome), boot_clock::now());
                probe_with_record();
              });
  }
  io.run();
  return results;
}

}  // namespace telltale
