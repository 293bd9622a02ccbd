// One run of an asynchronous check, bounded from outside: whatever the probe does, an answer comes.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include <boost/asio/io_context.hpp>

#include <telltale/async_check.hpp>

#include "worker/worker_pool.hpp"

namespace telltale {

/// How long after its deadline a probe may still hand in its own, better explained, answer.
inline constexpr std::chrono::milliseconds async_grace{100};

/// Starts the probe on the loop. `answered` is called exactly once: with the probe's outcome, or, when it has not
/// returned `async_grace` after its deadline, with `fail timeout` - then the probe is cancelled. `ended` is called
/// exactly once, when the coroutine has really finished (never before `answered`). Exceptions become `fail internal`.
/// Both are called from the loop, never from inside this call, and not at all once the io_context is gone.
void run_async(boost::asio::io_context&, std::shared_ptr<async_check>, std::chrono::milliseconds timeout,
               name_resolver&, std::function<void(run_report)> answered, std::function<void()> ended);

}  // namespace telltale
