// Serves one client's connection as a coroutine, within time limits.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include "base/descriptor.hpp"
#include "http_server/connection_list.hpp"
#include "http_server/session.hpp"
#include "http_server/transport.hpp"

namespace telltale {

/// Names the loop's executor, because the type-erased one costs more than handling a request.
using loop_executor = boost::asio::io_context::executor_type;
template <class Result>
using loop_awaitable = boost::asio::awaitable<Result, loop_executor>;

/// State shared by a server and its connections. Connections keep it alive, so it may outlive the server.
struct server_state {
  server_state(boost::asio::io_context&, http_server::handler, const http_limits&);

  boost::asio::io_context& loop;
  http_service service;
  connection_list list;
  std::optional<connection_list::clock::time_point> shortage_logged;  ///< when the last shortage was logged
  bool stopping = false;
  std::function<void()> on_closed;  ///< called when a connection closes; empty once the server is destroyed
};

/// Serves until one side closes. Tries each system call before it waits: a probe whose request arrives with the
/// connection is accepted, read, answered and closed without waiting. Owns the socket, which must be non-blocking;
/// `over` uses it. Throws when no memory or no place in the event queue is left.
loop_awaitable<void> serve_connection(std::shared_ptr<server_state>, descriptor socket, std::unique_ptr<transport> over,
                                      bool loopback, std::size_t listener = 0);

}  // namespace telltale
