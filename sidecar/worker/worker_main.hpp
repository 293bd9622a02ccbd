// Runs a worker process: receives jobs from the socket, executes them and sends the answers.
#pragma once

#include <telltale/check_type.hpp>

namespace telltale {

/// Descriptors of a worker: jobs and answers; a byte whenever it has no further job.
inline constexpr int worker_jobs = 3;
inline constexpr int worker_notifications = 4;

/// Runs until the program closes the socket and returns the exit code. Exits with the program (PR_SET_PDEATHSIG). Uses
/// no YAML and no event loop.
int worker_main(const check_table&);

}  // namespace telltale
