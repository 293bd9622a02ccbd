// A listening socket with actionable error messages.
#pragma once

#include <sys/stat.h>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include "http_server/listen_address.hpp"

namespace telltale {

/// Explains why `address` could not be bound and what to do. Pure.
std::string describe_listen_error(const listen_address&, int error);

class listener {
 public:
  /// Binds and listens. Throws std::runtime_error with one sentence.
  ///
  /// A Unix socket gets mode 0666, like a loopback port that everyone on the machine may use. The directory's
  /// permissions control access. A stale socket file is replaced, any other file is kept. On a kernel without IPv6
  /// `[::]` becomes 0.0.0.0, which `bound` reports. `write_deadline` limits how long the kernel tries to deliver to a
  /// client.
  listener(boost::asio::io_context&, const listen_address&, bool ipv6_only, std::chrono::milliseconds write_deadline,
           std::size_t number = 0);
  ~listener() { close(); }
  listener(const listener&) = delete;
  listener& operator=(const listener&) = delete;

  /// Frees the port and removes the socket file if it is the one created here. Repeated calls have no effect.
  void close();
  bool is_open() const { return socket_.is_open(); }

  /// The bound address with the real port.
  const listen_address& bound() const { return bound_; }
  std::size_t number() const { return number_; }
  boost::asio::posix::stream_descriptor& socket() { return socket_; }

 private:
  listen_address bound_;
  std::size_t number_;
  boost::asio::posix::stream_descriptor socket_;
  std::optional<struct stat> socket_file_;
};

}  // namespace telltale
