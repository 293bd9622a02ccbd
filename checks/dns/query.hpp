// One query to one name server: c-ares without sockets, timers and configuration files of its own.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <boost/system/error_code.hpp>

#include "dns/question.hpp"
#include "dns/transport.hpp"

struct ares_channeldata;

namespace telltale::dns {

/// What came back. Without a response, `error` is the last error of a socket, or none: the server did not answer.
struct reply {
  std::string message;  ///< the response; empty when there was none
  boost::system::error_code error;
  bool truncated = false;  ///< the response over UDP was truncated, so the query was repeated over TCP
  bool heard = false;      ///< the last socket received something
  std::chrono::nanoseconds took{0};
};

/// A server may send this much before it has answered the query: c-ares looks at each response, on the event loop.
inline constexpr std::size_t most_received_bytes = std::size_t{128} * 1024;

/// Not movable; `sockets` must outlive it. Ends by itself after an answer, an error of two attempts, or `budget`.
class query {
 public:
  query(const question&, transport& sockets, std::chrono::milliseconds budget);
  ~query();
  query(const query&) = delete;
  query& operator=(const query&) = delete;

  /// May end it at once.
  void start();
  void readable(int fd);
  void writable(int fd);
  /// To be called when `next_tick` is over: the query is repeated or ends.
  void tick();
  /// Time until the next attempt; empty when it has ended.
  std::optional<std::chrono::milliseconds> next_tick() const;
  bool ended() const { return ended_; }
  /// What came back until now.
  reply result() const;

 private:
  friend struct callbacks;  // what c-ares calls

  struct closer {
    void operator()(ares_channeldata*) const;
  };

  question question_;
  transport& sockets_;
  reply reply_;
  std::size_t received_ = 0;
  int stream_ = -1;  ///< the descriptor of the TCP connection
  bool ended_ = false;
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
  std::unique_ptr<ares_channeldata, closer> channel_;
};

}  // namespace telltale::dns
