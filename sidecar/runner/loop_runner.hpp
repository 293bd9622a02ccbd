// Runs asynchronous checks as coroutines on the loop.
#pragma once

#include <chrono>
#include <memory>

#include <boost/asio/io_context.hpp>

#include <telltale/async_check.hpp>

#include "config/config.hpp"
#include "runner/check_runner.hpp"
#include "worker/worker_pool.hpp"

namespace telltale {

/// Time after the deadline in which a probe may still return its own outcome, which has the better explanation. Then
/// the outcome is `fail timeout`, and the probe is cancelled.
inline constexpr std::chrono::milliseconds async_grace{100};

/// Builds the check, which reads its secrets and certificates. Null for types that run in workers. Throws
/// std::runtime_error with a sentence that names the check.
std::shared_ptr<async_check> build_async_check(const check_config&);

/// Runs the `async_check` of the type (`check_type::make_async`), and its blocking part, if any, in workers. Throws as
/// `build_async_check`. The pool and the resolver must live while the loop runs.
std::unique_ptr<check_runner> make_loop_runner(boost::asio::io_context&, worker_pool&, name_resolver&,
                                               const check_config&);

}  // namespace telltale
