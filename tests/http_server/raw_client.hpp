// A blocking socket client that sends exactly the bytes of a test.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <string_view>

#include "base/descriptor.hpp"

namespace telltale::testing {

/// Every call times out after ten seconds, so that a failing test does not hang.
class raw_client {
 public:
  explicit raw_client(int family = AF_INET) : fd_(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const timeval patience{10, 0};
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
  }

  bool connect(int port) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    to.sin_port = htons(static_cast<std::uint16_t>(port));
    return ::connect(fd_.get(), reinterpret_cast<const sockaddr*>(&to), sizeof(to)) == 0;
  }
  bool connect(const std::string& path) {
    sockaddr_un to{};
    to.sun_family = AF_UNIX;
    std::memcpy(to.sun_path, path.data(), path.size());
    return ::connect(fd_.get(), reinterpret_cast<const sockaddr*>(&to), sizeof(to)) == 0;
  }

  int get() const { return fd_.get(); }
  /// The client's port, once connected over IPv4.
  int port() const {
    sockaddr_in own{};
    socklen_t size = sizeof(own);
    ::getsockname(fd_.get(), reinterpret_cast<sockaddr*>(&own), &size);
    return ntohs(own.sin_port);
  }
  void receive_buffer(int bytes) { ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes)); }
  void send_buffer(int bytes) { ::setsockopt(fd_.get(), SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes)); }
  void half_close() { ::shutdown(fd_.get(), SHUT_WR); }
  /// Closes with a reset instead of an orderly end.
  void reset() {
    const linger hard{1, 0};
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
    fd_ = descriptor();
  }

  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto n = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
  }

  /// Reads until the server closes; ends in "<reset>" or "<timeout>" after another end.
  std::string read_to_end() {
    std::string out;
    while (receive(out)) continue;
    return out + (last_ == 0 ? "" : last_error_ == EAGAIN ? "<timeout>" : "<reset>");
  }

  /// One response with its body; empty when there is none.
  std::string read_answer(bool with_body = true) {
    std::string& out = ahead_;
    while (out.find("\r\n\r\n") == std::string::npos)
      if (!receive(out)) return {};
    auto size = out.find("\r\n\r\n") + 4;
    constexpr std::string_view length = "Content-Length: ";
    if (with_body) size += std::stoul(out.substr(out.find(length) + length.size()));
    while (out.size() < size)
      if (!receive(out)) return {};
    auto answer = out.substr(0, size);
    out.erase(0, size);
    return answer;
  }

  /// True when the connection is closed within ten seconds, without reading pending bytes.
  bool wait_for_hang_up() {
    pollfd who{fd_.get(), POLLRDHUP, 0};
    return ::poll(&who, 1, 10'000) == 1;
  }
  /// True when something can be read within the time.
  bool readable_within(int milliseconds) {
    pollfd who{fd_.get(), POLLIN, 0};
    return ::poll(&who, 1, milliseconds) == 1;
  }

 private:
  bool receive(std::string& into) {
    char buffer[65536];
    last_ = ::recv(fd_.get(), buffer, sizeof(buffer), 0);
    last_error_ = errno;
    if (last_ > 0) into.append(buffer, static_cast<std::size_t>(last_));
    return last_ > 0;
  }

  descriptor fd_;
  std::string ahead_;
  ssize_t last_ = 0;
  int last_error_ = 0;
};

inline std::string status_line(const std::string& answer) { return answer.substr(0, answer.find("\r\n")); }

}  // namespace telltale::testing
