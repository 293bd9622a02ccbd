// Resolves names for async checks through the worker pool.
#pragma once

#include <memory>

#include <telltale/async_check.hpp>

#include "worker/worker_pool.hpp"

namespace telltale {

/// Numeric addresses at once, names in a worker, one lookup per name at a time. The last good addresses are kept
/// without limit. They are returned, flagged `remembered`, when a lookup fails, or after half of the time when it is
/// slow. The pool must outlive the resolver.
std::unique_ptr<name_resolver> make_name_resolver(worker_pool&);

}  // namespace telltale
