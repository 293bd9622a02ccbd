// Limits the duration of asynchronous probes.
#include "scheduler/async_run.hpp"

#include <exception>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>

#include <telltale/units.hpp>

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

class async_run : public std::enable_shared_from_this<async_run> {
 public:
  async_run(asio::io_context& io, std::shared_ptr<async_check> check, std::function<void(run_report)> answered,
            std::function<void()> ended)
      : io_(io), backstop_(io), check_(std::move(check)), answered_(std::move(answered)), ended_(std::move(ended)) {}

  void start(std::chrono::milliseconds timeout, name_resolver& names, blocking_part* part) {
    began_ = std::chrono::steady_clock::now();
    auto self = shared_from_this();
    backstop_.expires_at(began_ + timeout + async_grace);
    backstop_.async_wait([self, timeout](const boost::system::error_code& error) {
      if (!error) self->overran(timeout);
    });
    async_context ctx{io_.get_executor(), began_ + timeout, &names, part};
    auto done = asio::bind_cancellation_slot(cancel_.slot(), [self](std::exception_ptr error, outcome found) {
      self->backstop_.cancel();
      self->answer(error ? outcome_of(error) : std::move(found));
      self->ended_();
    });
    asio::co_spawn(io_, probe(check_, std::move(ctx)), std::move(done));
  }

 private:
  /// Keeps the check alive while its coroutine runs, and starts it from the loop instead of from `start`.
  static asio::awaitable<outcome> probe(std::shared_ptr<async_check> check, async_context ctx) {
    outcome found = co_await check->probe(std::move(ctx));
    co_return found;
  }

  void overran(std::chrono::milliseconds timeout) {
    answer(outcome::fail(reason::timeout, fmt::format("no answer within {}", human_duration(timeout))));
    cancel_.emit(asio::cancellation_type::terminal);
  }

  void answer(outcome found) {
    if (auto answered = std::exchange(answered_, nullptr)) {
      run_report report;
      report.outcome = std::move(found);
      report.duration = std::chrono::steady_clock::now() - began_;
      answered(std::move(report));
    }
  }

  asio::io_context& io_;
  asio::steady_timer backstop_;
  asio::cancellation_signal cancel_;
  std::shared_ptr<async_check> check_;
  std::chrono::steady_clock::time_point began_;
  std::function<void(run_report)> answered_;
  std::function<void()> ended_;
};

}  // namespace

void run_async(asio::io_context& io, std::shared_ptr<async_check> check, std::chrono::milliseconds timeout,
               name_resolver& names, blocking_part* part, std::function<void(run_report)> answered,
               std::function<void()> ended) {
  auto run = std::make_shared<async_run>(io, std::move(check), std::move(answered), std::move(ended));
  asio::post(io, [run, timeout, &names, part] { run->start(timeout, names, part); });
}

}  // namespace telltale
