// Implements runs on the loop: limits their duration from outside, and starts none while an earlier one has not ended.
#include "runner/loop_runner.hpp"

#include <exception>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <telltale/clock.hpp>
#include <telltale/units.hpp>

#include "runner/process_runner.hpp"
#include "runner/worker_part.hpp"

namespace asio = boost::asio;

namespace telltale {
namespace {

outcome outcome_of(std::exception_ptr error) {
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& e) {
    return outcome::fail(reason::internal, fmt::format("the check threw: {}", e.what()));
  } catch (...) {
    return outcome::fail(reason::internal, "the check threw an unknown exception");
  }
}

/// One run of a probe, kept alive by its coroutine.
class loop_run : public std::enable_shared_from_this<loop_run> {
 public:
  loop_run(asio::io_context& io, std::shared_ptr<async_check> check, std::shared_ptr<blocking_part> part)
      : io_(io), backstop_(io), check_(std::move(check)), part_(std::move(part)) {}

  void start(std::chrono::milliseconds timeout, name_resolver& names, check_runner::run_done done) {
    done_ = std::move(done);
    const auto self = shared_from_this();
    backstop_.expires_at(began_ + timeout + async_grace);
    backstop_.async_wait([self, timeout](const boost::system::error_code& error) {
      if (!error) self->overrun(timeout);
    });
    async_context ctx{io_.get_executor(), began_ + timeout, &names, part_.get()};
    auto ended = asio::bind_cancellation_slot(cancel_.slot(), [self](std::exception_ptr error, outcome found) {
      self->end(error ? outcome_of(error) : std::move(found));
    });
    asio::co_spawn(io_, probe(check_, std::move(ctx)), std::move(ended));
  }

  bool has_ended() const { return ended_; }

  /// Reports that this run still prevents another one.
  void report_stuck(check_runner::run_done done) {
    done_ = std::move(done);
    asio::post(io_, [self = shared_from_this()] {
      const auto age = human_age(boot_clock::now() - self->since_);
      self->report({outcome::fail(reason::stuck, fmt::format("an earlier run has not ended for {}", age)), {}, {}, {}});
    });
  }

  /// Ends it without a report.
  void drop() {
    done_ = nullptr;
    cancel_.emit(asio::cancellation_type::terminal);
  }

 private:
  /// A probe that is no coroutine itself may throw; here this is an outcome, too.
  static asio::awaitable<outcome> probe(std::shared_ptr<async_check> check, async_context ctx) {
    outcome found = co_await check->probe(std::move(ctx));
    co_return found;
  }

  void overrun(std::chrono::milliseconds timeout) {
    overran_ = true;
    answer(outcome::fail(reason::timeout, fmt::format("no answer within {}", human_duration(timeout))));
    cancel_.emit(asio::cancellation_type::terminal);
  }

  void end(outcome found) {
    ended_ = true;
    backstop_.cancel();
    if (!overran_) answer(std::move(found));
  }

  void answer(outcome found) { report({std::move(found), {}, std::chrono::steady_clock::now() - began_, {}}); }

  void report(run_report found) {
    if (const auto done = std::exchange(done_, nullptr)) done(std::move(found));
  }

  asio::io_context& io_;
  asio::steady_timer backstop_;
  asio::cancellation_signal cancel_;
  std::shared_ptr<async_check> check_;
  std::shared_ptr<blocking_part> part_;
  check_runner::run_done done_;
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  boot_clock::time_point since_ = boot_clock::now();
  bool overran_ = false;
  bool ended_ = false;
};

class loop_runner final : public check_runner {
 public:
  loop_runner(asio::io_context& io, name_resolver& names, std::shared_ptr<async_check> check,
              std::shared_ptr<worker_part> part)
      : io_(io), names_(names), check_(std::move(check)), part_(std::move(part)) {}
  ~loop_runner() override {
    if (run_) run_->drop();
    if (part_) part_->remove();
  }

  void start(std::chrono::milliseconds timeout, run_done done) override {
    if (run_ && !run_->has_ended()) return run_->report_stuck(std::move(done));
    run_ = std::make_shared<loop_run>(io_, check_, part_);
    run_->start(timeout, names_, std::move(done));
  }

  void continue_from(check_runner& before) override {
    auto& earlier = dynamic_cast<loop_runner&>(before);
    check_->continue_from(*earlier.check_);
    std::swap(run_, earlier.run_);
    std::swap(part_, earlier.part_);
  }

  bool coalesces() const override { return false; }

 private:
  asio::io_context& io_;
  name_resolver& names_;
  std::shared_ptr<async_check> check_;
  std::shared_ptr<worker_part> part_;
  std::shared_ptr<loop_run> run_;
};

}  // namespace

std::shared_ptr<async_check> build_async_check(const check_config& check) try {
  return check.type->make_async ? check.type->make_async(check.options) : nullptr;
} catch (const std::exception& e) {
  throw std::runtime_error(fmt::format("check '{}': {}", check.settings.name, e.what()));
}

std::unique_ptr<check_runner> make_loop_runner(asio::io_context& io, worker_pool& pool, name_resolver& names,
                                               const check_config& check) {
  auto built = build_async_check(check);
  auto part = check.type->make_blocking ? std::make_shared<worker_part>(make_process_runner(pool, check)) : nullptr;
  return std::make_unique<loop_runner>(io, names, std::move(built), std::move(part));
}

}  // namespace telltale
