// An event loop that is known to work before anything relies on it.
#pragma once

#include <boost/asio/io_context.hpp>

namespace telltale {

/// The same loop, which must have nothing to do yet. Throws std::runtime_error with one sentence when its timers or
/// signals would never come.
boost::asio::io_context& require_working(boost::asio::io_context&);

}  // namespace telltale
