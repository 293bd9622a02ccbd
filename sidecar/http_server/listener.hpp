// A listening socket: opened with a sentence for every way it can fail, closed without a trace.
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

/// Why `address` could not be bound, and what to do about it. Pure.
std::string describe_listen_error(const listen_address&, int error);

class listener {
 public:
  /// Binds and listens. Throws std::runtime_error with one sentence.
  ///
  /// A Unix socket is made with mode 0666: whoever may enter its folder may ask, as anyone on the machine may ask a
  /// loopback port. Restrict the folder to restrict access. A socket file that nobody listens on any more is replaced,
  /// any other file is left alone. `[::]` is 0.0.0.0 where the kernel has no IPv6, which `bound` tells.
  /// `write_deadline` is the longest that the kernel tries to deliver to a peer.
  listener(boost::asio::io_context&, const listen_address&, bool ipv6_only, std::chrono::milliseconds write_deadline,
           std::size_t number = 0);
  ~listener() { close(); }
  listener(const listener&) = delete;
  listener& operator=(const listener&) = delete;

  /// Frees the port at once and removes the socket file, if it is still the one made here. Harmless when repeated.
  void close();
  bool is_open() const { return socket_.is_open(); }

  /// What was bound, with the real port.
  const listen_address& bound() const { return bound_; }
  /// What requests call it.
  std::size_t number() const { return number_; }
  boost::asio::posix::stream_descriptor& socket() { return socket_; }

 private:
  listen_address bound_;
  std::size_t number_;
  boost::asio::posix::stream_descriptor socket_;
  std::optional<struct stat> socket_file_;
};

}  // namespace telltale
