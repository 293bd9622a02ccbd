// One client's connection: moves bytes between its transport and its conversation, against the clock.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>

#include <boost/asio/io_context.hpp>

#include "base/descriptor.hpp"
#include "http_server/connection_list.hpp"
#include "http_server/conversation.hpp"
#include "http_server/deadlines.hpp"
#include "http_server/http_server.hpp"
#include "http_server/readiness.hpp"
#include "http_server/transport.hpp"

namespace telltale {

/// What a server and its connections share. Connections keep it alive, so it outlives the server when they do.
struct server_state {
  server_state(boost::asio::io_context&, http_server::handler, http_limits);

  boost::asio::io_context& loop;
  http_service service;
  connection_list list;
  std::shared_ptr<readiness> sockets;
  deadlines clock;
  std::map<int, std::uint64_t> refusals;
  std::optional<connection_list::clock::time_point> complained;  ///< when lack of room was last logged
  bool stopping = false;
  std::function<void()> on_left;  ///< somebody left; empty once the server is gone
};

/// Goes as far as it can without waiting before it asks the loop for anything: the whole life of a probe that brings
/// its request along is accept, receive, send, close, and the loop never hears of it.
class connection final : public droppable, public readiness::waiter, public std::enable_shared_from_this<connection> {
 public:
  /// Owns the socket, which must not block; `over` uses it.
  connection(std::shared_ptr<server_state>, descriptor socket, std::unique_ptr<transport> over, bool loopback,
             std::size_t listener = 0);
  virtual ~connection() = default;

  /// Serves until one side has had enough, then leaves the list. Throws only when there is no memory for a timer,
  /// before anything was served.
  void start();

  /// Closes at once; an answer under way is cut off.
  void drop() noexcept override;
  void expire() noexcept override;

  void ready(bool ended) noexcept override;

 private:
  void go_on() noexcept;
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
  conversation talk_;
  connection_list::clock::time_point now_;
  connection_list::membership membership_;
  outgoing out_;
  std::size_t sent_ = 0;
  std::size_t to_drain_ = 0;
  int answers_ = 0;  ///< in this turn of the loop
  phase phase_ = phase::opening;
  bool unread_ = true;  ///< the socket may hold bytes, or the peer's end, of which there will be no more news
  bool peer_ended_ = false;
  bool said_farewell_ = false;
  bool left_ = false;
};

}  // namespace telltale
