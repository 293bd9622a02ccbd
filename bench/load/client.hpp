// The load generator's connections, all in one thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "answer.hpp"
#include "options.hpp"

namespace load {

using clock = std::chrono::steady_clock;

/// Makes the requests that were asked for; whatever is not a 200 of always the same length is an exception, because
/// a figure of wrong answers is worse than none.
class client {
 public:
  explicit client(options);
  ~client();

  void run();

  /// From the first byte sent (a new connection: from connect) to the last byte received.
  const std::vector<double>& microseconds() const { return microseconds_; }
  std::size_t body_bytes() const { return body_bytes_; }

 private:
  struct connection {
    int fd = -1;
    clock::time_point start{};
    bool asked = false;  ///< a request without a response is pending
    std::size_t sent = 0;
    answer reply;
  };

  void start_due();
  void open(connection&);
  void ask(connection&);
  void send(connection&);
  void receive(connection&);
  void answered(connection&);
  void close(connection&);
  void wait();

  options asked_;
  std::string request_;
  int epoll_ = -1;
  std::deque<connection> connections_;
  std::vector<connection*> free_;
  std::uint64_t started_ = 0;
  clock::time_point begin_{};
  clock::time_point last_answer_{};
  std::size_t body_bytes_ = 0;
  std::vector<double> microseconds_;
  std::vector<char> buffer_;
};

}  // namespace load
