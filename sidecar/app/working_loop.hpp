// Verifies that an event loop works before it is used.
#pragma once

#include <boost/asio/io_context.hpp>

namespace telltale {

/// Returns the same loop, which must be idle. Throws std::runtime_error with one sentence when its timers or signals do
/// not work.
boost::asio::io_context& require_working(boost::asio::io_context&);

}  // namespace telltale
