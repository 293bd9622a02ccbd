// Repeats an attempt whose secrets were replaced after they had been read, without blocking the loop.
#pragma once

#include <functional>
#include <stdexcept>
#include <string>
#include <utility>

#include <boost/asio/awaitable.hpp>

#include <telltale/check.hpp>
#include <telltale/finding.hpp>

#include "net/run.hpp"

namespace telltale::net {

/// The blocking part of a check type with secrets: passes when `read`, a function of the options, can read them, and
/// fails when it throws std::runtime_error. A path may be on a mount that hangs, which only a worker may find out.
template <class Options, void (*read)(const Options&)>
class secrets_part final : public blocking_check {
 public:
  explicit secrets_part(Options options) : options_(std::move(options)) {}
  outcome probe(probe_context&) override try {
    read(options_);
    return outcome::pass("the secrets can be read");
  } catch (const std::runtime_error& e) {
    return outcome::fail(reason::missing, e.what());
  }

 private:
  Options options_;
};

/// One attempt of a run.
using attempt_function = std::function<boost::asio::awaitable<finding>()>;
/// Reads the secrets again, and returns whether one has changed. Throws std::runtime_error with a sentence when one
/// cannot be used. Empty when there are none.
using read_function = std::function<bool()>;

/// Makes an attempt. When the server declines it (`auth`, `denied`), the secrets are read again: first by the blocking
/// part, for at most half of the time that is left, then by `read`. If one has changed, there is a second attempt, and
/// the run's latency begins then. What the functions refer to must outlive the coroutine.
boost::asio::awaitable<finding> with_current_secrets(run&, attempt_function, read_function);

}  // namespace telltale::net
