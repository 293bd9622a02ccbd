// One client's connection: moves bytes between its transport and its session, within time limits.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>

#include <boost/asio/io_context.hpp>

#include "base/descriptor.hpp"
#include "http_server/connection_list.hpp"
#include "http_server/deadlines.hpp"
#include "http_server/http_server.hpp"
#include "http_server/readiness.hpp"
#include "http_server/session.hpp"
#include "http_server/transport.hpp"

namespace telltale {

/// State shared by a server and its connections. Connections keep it alive, so it may outlive the server.
struct server_state {
  server_state(boost::asio::io_context&, http_server::handler, http_limits);

  boost::asio::io_context& loop;
  http_service service;
  connection_list list;
  std::shared_ptr<readiness> sockets;
  deadlines clock;
  std::map<int, std::uint64_t> refusals;
  std::optional<connection_list::clock::time_point> shortage_logged;  ///< when the last shortage was logged
  bool stopping = false;
  std::function<void()> on_closed;  ///< called when a connection closes; empty once the server is destroyed
};

/// Tries each system call before it waits for the loop. A probe whose request arrives with the connection is accepted,
/// read, answered and closed without waiting.
class connection final : public droppable, public readiness::waiter, public std::enable_shared_from_this<connection> {
 public:
  /// Owns the socket, which must be non-blocking; `over` uses it.
  connection(std::shared_ptr<server_state>, descriptor socket, std::unique_ptr<transport> over, bool loopback,
             std::size_t listener = 0);
  virtual ~connection() = default;

  /// Serves until one side closes, then leaves the list. Throws only when no timer can be allocated, before anything is
  /// served.
  void start();

  /// Closes at once; a response in progress is truncated.
  void drop() noexcept override;
  void expire() noexcept override;

  void ready(bool ended) noexcept override;

 private:
  void serve() noexcept;
  bool step();
  bool open();
  bool receive();
  bool send();
  bool part();
  bool drain();
  bool blocked(io_step);

  void answer(outgoing);
  void enter(phase);
  void wait(io_state wanted);
  void go_on_later();
  void close() noexcept;
  void leave() noexcept;

  std::shared_ptr<server_state> state_;
  descriptor socket_;
  std::optional<readiness::registration> registered_;
  std::unique_ptr<transport> transport_;
  session session_;
  connection_list::clock::time_point now_;
  connection_list::membership membership_;
  outgoing out_;
  std::size_t sent_ = 0;
  std::size_t to_drain_ = 0;
  int answers_ = 0;  ///< in this loop iteration
  phase phase_ = phase::opening;
  bool unread_ = true;  ///< the socket may hold bytes or an end that will not be reported again
  bool peer_ended_ = false;
  bool shut_down_sent_ = false;
  bool closed_ = false;
};

}  // namespace telltale
