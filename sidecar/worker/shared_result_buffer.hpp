// Allocates the result buffer in anonymous memory that the program and one worker map.
#pragma once

#include <memory>
#include <system_error>

#include "worker/result_buffer.hpp"

namespace telltale {

/// Unmaps the memory of this process; the worker keeps its own mapping.
struct result_buffer_unmapper {
  void operator()(result_buffer*) const;
};
using mapped_result_buffer = std::unique_ptr<result_buffer, result_buffer_unmapper>;

/// A new buffer and a close-on-exec descriptor of it for the worker. Seals prevent the worker from shrinking it, which
/// would raise SIGBUS in the program.
struct shared_result_buffer {
  mapped_result_buffer here;
  int descriptor = -1;  ///< owned by the caller
};
shared_result_buffer make_shared_result_buffer(std::error_code&);

/// Maps the buffer in the worker. Returns null when the descriptor is not a result buffer.
mapped_result_buffer map_result_buffer(int descriptor);

}  // namespace telltale
