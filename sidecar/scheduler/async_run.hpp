// Runs an asynchronous check once and reports an outcome even when the probe does not end.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include <boost/asio/io_context.hpp>

#include <telltale/async_check.hpp>

#include "worker/worker_pool.hpp"

namespace telltale {

/// Time after the deadline in which a probe may still return its own outcome, which has the better explanation.
inline constexpr std::chrono::milliseconds async_grace{100};

/// Starts the probe on the loop. Calls `answered` exactly once: with the probe's outcome, or with `fail timeout` when
/// the probe has not returned `async_grace` after its deadline. The probe is then cancelled. Calls `ended` exactly
/// once, when the coroutine has finished, never before `answered`. Exceptions become `fail internal`. Both are called
/// from the loop, never from inside this call, and not after the io_context is destroyed. `part` is the check's
/// blocking part, or null; it must outlive the call of `ended`.
void run_async(boost::asio::io_context&, std::shared_ptr<async_check>, std::chrono::milliseconds timeout,
               name_resolver&, blocking_part* part, std::function<void(run_report)> answered,
               std::function<void()> ended);

}  // namespace telltale
