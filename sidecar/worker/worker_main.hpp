// Runs a worker process: reads runs from the socket, executes them and reports the outcomes.
#pragma once

#include <telltale/check_type.hpp>

namespace telltale {

/// Descriptors of the socket, the deadline timer and, until it is mapped, the result buffer.
inline constexpr int worker_socket = 3;
inline constexpr int worker_deadline_timer = 4;
inline constexpr int worker_result_buffer = 5;

/// Runs until the program closes the socket and returns the exit code. Exits with the program (PR_SET_PDEATHSIG). Uses
/// no YAML, TLS or event loop.
int worker_main(const check_table&);

}  // namespace telltale
