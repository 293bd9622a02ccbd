// Talking over an open WebSocket: ping, one message and its reply, the closing handshake.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <boost/asio/awaitable.hpp>

#include "websocket/explain.hpp"
#include "websocket/failure.hpp"
#include "websocket/frame.hpp"
#include "websocket/run.hpp"

namespace telltale::websocket {

/// The steps are taken in the order of the members. Whatever else the server says in between is tolerated
/// until the time is up: its pings are answered, its messages are searched for the expected text and dropped.
class conversation {
 public:
  conversation(run& now, std::string_view leftover) : now_(now), reader_(now.what.options.expect.value_or("")) {
    reader_.feed(leftover);
  }

  /// Pings with a random payload and waits for the pong that carries it.
  boost::asio::awaitable<maybe_failure> ping();
  /// Sends the message, if there is one, and waits for the expected text, if there is one.
  boost::asio::awaitable<maybe_failure> exchange();
  /// Closes with 1000 and waits a moment for the answer. Not answering is remarked on, not a failure: RFC 6455 lets a
  /// busy server finish what it is sending first.
  boost::asio::awaitable<void> close();

 private:
  struct heard {
    maybe_failure failed;
    event what;
    bool late = false;  ///< failed because the time is up
  };
  boost::asio::awaitable<heard> next(phase, time_point until);
  /// The next event that is not routine; a close is a failure.
  boost::asio::awaitable<heard> listen(phase, time_point until);
  boost::asio::awaitable<maybe_failure> write(opcode, std::string payload, phase, time_point until);
  failure no_reply(failure late) const;

  run& now_;
  event_reader reader_;
  bool sent_ = false;      ///< only what comes after our message can be its reply
  bool expected_ = false;  ///< the expected text has been seen
  std::uint64_t messages_ = 0;
};

}  // namespace telltale::websocket
