// The worker's side: a plain loop that reads runs from its socket, probes, and answers.
#pragma once

#include <telltale/check_type.hpp>

namespace telltale {

/// Descriptors on which a worker finds its socket, its watch and, until it has mapped that, the ledger.
inline constexpr int worker_socket = 3;
inline constexpr int worker_watch = 4;
inline constexpr int worker_ledger = 5;

/// Runs until the program closes the socket; returns the exit code. Dies with the program (PR_SET_PDEATHSIG).
/// No YAML, no TLS, no event loop is touched here.
int worker_main(const check_table&);

}  // namespace telltale
