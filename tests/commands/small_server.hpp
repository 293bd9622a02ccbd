// A real server with a fixed response in its own thread, for commands that use sockets.
#pragma once

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstring>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>

namespace telltale {

/// When a small server sends its bytes: after a request head, on connection, or never. `resets` reads the request and
/// closes the connection with RST.
enum class manners { answers, greets, silent, resets };

/// Sends the same bytes to each connection, then closes it. Listens on a free port of 127.0.0.1, or on a Unix socket.
class small_server {
 public:
  explicit small_server(std::string answer, manners how = manners::answers, const std::string& unix_path = {})
      : answer_(std::move(answer)), manners_(how), fd_(unix_path.empty() ? listen_tcp() : listen_unix(unix_path)) {
    thread_ = std::thread([this] { run(); });
  }
  ~small_server() {
    stop_ = true;
    thread_.join();
    ::close(fd_);
  }
  small_server(const small_server&) = delete;
  small_server& operator=(const small_server&) = delete;

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  /// Of the last connection; read it after the response.
  std::string request() const {
    const std::lock_guard lock(mutex_);
    return request_;
  }

 private:
  int listen_tcp() {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(fd, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(fd, 8) != 0)
      throw std::runtime_error("cannot listen");
    ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    return fd;
  }

  static int listen_unix(const std::string& path) {
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    if (::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 || ::listen(fd, 8) != 0)
      throw std::runtime_error("cannot listen");
    return fd;
  }

  /// False when the server must stop.
  bool await(int fd) const {
    while (!stop_) {
      pollfd waiting{fd, POLLIN, 0};
      if (::poll(&waiting, 1, 10) > 0) return true;
    }
    return false;
  }

  void run() {
    while (await(fd_)) {
      const int peer = ::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC);
      serve(peer);
      ::close(peer);
    }
  }

  void serve(int peer) {
    std::string head;
    std::array<char, 1024> buffer;
    while (manners_ != manners::greets && head.find("\r\n\r\n") == std::string::npos && await(peer)) {
      const auto n = ::recv(peer, buffer.data(), buffer.size(), 0);
      if (n <= 0) return;
      head.append(buffer.data(), static_cast<std::size_t>(n));
    }
    {
      const std::lock_guard lock(mutex_);
      request_ = head;
    }
    if (manners_ == manners::silent) {
      await(peer);  // until the client closes
      return;
    }
    if (manners_ == manners::resets) {
      const linger at_once{1, 0};
      ::setsockopt(peer, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
      return;
    }
    // Sends one byte first, because responses may arrive in pieces.
    ::send(peer, answer_.data(), std::min<std::size_t>(1, answer_.size()), MSG_NOSIGNAL);
    if (answer_.size() > 1) ::send(peer, answer_.data() + 1, answer_.size() - 1, MSG_NOSIGNAL);
  }

  std::string answer_;
  manners manners_;
  int port_ = 0;
  int fd_;
  mutable std::mutex mutex_;
  std::string request_;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

/// A response in telltale's format.
inline std::string http_answer(int status, const std::string& body) {
  return "HTTP/1.1 " + std::to_string(status) +
         " Words\r\nContent-Type: text/plain\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

}  // namespace telltale
