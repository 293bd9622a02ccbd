// One client's connection: moves bytes between its stream and its conversation, against the clock.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include "http_server/byte_stream.hpp"
#include "http_server/connection_list.hpp"
#include "http_server/conversation.hpp"
#include "http_server/http_server.hpp"

namespace telltale {

/// What a server and its connections share. Connections keep it alive, so it outlives the server when they do.
struct server_state {
  http_server::handler answer;
  http_limits limits;
  connection_list list;
  std::map<int, std::uint64_t> refusals;
  std::optional<connection_list::clock::time_point> complained;  ///< when lack of room was last logged
  bool stopping = false;
  std::function<void()> on_left;  ///< somebody left; empty once the server is gone
};

class connection final : public droppable, public std::enable_shared_from_this<connection> {
 public:
  connection(std::shared_ptr<server_state>, std::unique_ptr<byte_stream>, bool loopback, std::size_t listener = 0);
  virtual ~connection() = default;

  /// Serves until one side has had enough, then leaves the list. Nothing is thrown out of it.
  static void start(std::shared_ptr<connection>);

  /// Closes at once; an answer under way is cut off.
  void drop() noexcept override;

 private:
  enum class phase : std::uint8_t { opening, waiting, head, sending, parting };

  static boost::asio::awaitable<void> serve(std::shared_ptr<connection> self);
  boost::asio::awaitable<bool> open();
  boost::asio::awaitable<bool> receive();
  boost::asio::awaitable<bool> send(const outgoing&);
  boost::asio::awaitable<void> part();

  void enter(phase);
  std::chrono::milliseconds limit_of(phase) const;
  void expire() noexcept;
  void close() noexcept;
  void leave();

  std::shared_ptr<server_state> state_;
  std::unique_ptr<byte_stream> stream_;
  conversation talk_;
  boost::asio::steady_timer timer_;
  connection_list::membership membership_;
  phase phase_ = phase::opening;
  std::uint64_t timer_round_ = 0;
  bool expired_ = false;
  bool dropped_ = false;
};

}  // namespace telltale
