// Runs blocking checks in worker processes.
#pragma once

#include <memory>

#include "config/config.hpp"
#include "runner/check_runner.hpp"
#include "worker/worker_pool.hpp"

namespace telltale {

/// Runs the `blocking_check` of the type (`check_type::make_blocking`). The check's state is kept here, because the
/// next run may be in another worker. The pool must outlive the runner.
std::unique_ptr<check_runner> make_process_runner(worker_pool&, const check_config&);

}  // namespace telltale
