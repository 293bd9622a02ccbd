// Where a ledger lives: anonymous memory that is mapped by the program and by one worker.
#pragma once

#include <memory>
#include <system_error>

#include "worker/ledger.hpp"

namespace telltale {

/// Unmapped at its end; a worker that has it mapped keeps it.
struct ledger_unmapper {
  void operator()(ledger*) const;
};
using mapped_ledger = std::unique_ptr<ledger, ledger_unmapper>;

/// Of the program: a new one, and a descriptor of it for the worker, close-on-exec. The worker cannot shorten it, which
/// would make every look at it a SIGBUS.
struct shared_ledger {
  mapped_ledger here;
  int descriptor = -1;  ///< the caller's
};
shared_ledger make_shared_ledger(std::error_code&);

/// Of the worker: the one that it was started with; null when the descriptor is nothing of the kind.
mapped_ledger map_ledger(int descriptor);

}  // namespace telltale
