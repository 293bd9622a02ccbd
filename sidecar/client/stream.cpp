// Implements plain connections without an event loop: non-blocking sockets, and poll(2) until the deadline.
#include "client/stream.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <exception>
#include <stdexcept>
#include <system_error>

#include "client/addresses.hpp"
#include "client/connection_closed.hpp"

namespace telltale {
namespace {

[[noreturn]] void fail_with(int error) {
  const auto message = std::generic_category().message(error);
  if (error == ECONNRESET || error == EPIPE) throw connection_closed(message);
  throw std::runtime_error(message);
}

class socket_stream final : public client_stream {
 public:
  socket_stream(const socket_address& to, client_deadline deadline)
      : fd_(::socket(to.family(), SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)), deadline_(deadline) {
    if (fd_ < 0) fail_with(errno);
    try {
      connect(to);
    } catch (...) {
      ::close(fd_);  // the destructor does not run for an object whose constructor threw
      throw;
    }
  }
  ~socket_stream() override { ::close(fd_); }
  socket_stream(const socket_stream&) = delete;
  socket_stream& operator=(const socket_stream&) = delete;

  void send_all(std::string_view text) override {
    while (!text.empty()) {
      const auto n = ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
      if (n >= 0) text.remove_prefix(static_cast<std::size_t>(n));
      else if (errno == EAGAIN) await(POLLOUT);
      else if (errno != EINTR) fail_with(errno);
    }
  }

  std::size_t receive(char* into, std::size_t size) override {
    for (;;) {
      const auto n = ::recv(fd_, into, size, 0);
      if (n >= 0) return static_cast<std::size_t>(n);
      if (errno == EAGAIN) await(POLLIN);
      else if (errno != EINTR) fail_with(errno);
    }
  }

 private:
  void connect(const socket_address& to) {
    if (::connect(fd_, to.get(), to.size()) == 0) return;
    // A Unix socket whose backlog is full returns EAGAIN and must be connected again.
    if (errno != EINPROGRESS) fail_with(errno);
    await(POLLOUT);
    int error = 0;
    socklen_t length = sizeof error;
    ::getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &length);
    if (error != 0) fail_with(error);
  }

  void await(short events) const {
    for (;;) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline_ - std::chrono::steady_clock::now());
      if (left.count() <= 0) throw std::runtime_error("nothing came in time");
      pollfd waiting{fd_, events, 0};
      const int ready = ::poll(&waiting, 1, static_cast<int>(std::min<std::int64_t>(left.count(), 3'600'000)));
      if (ready > 0) return;
      if (ready < 0 && errno != EINTR) fail_with(errno);
    }
  }

  int fd_;
  client_deadline deadline_;
};

}  // namespace

std::unique_ptr<client_stream> open_client_stream(const http_target& target, client_deadline deadline) {
  const auto addresses = addresses_of(target, deadline);
  std::unique_ptr<client_stream> out;
  std::exception_ptr first;  // if IPv6 is disabled, ::1 fails after 127.0.0.1 has failed
  for (std::size_t i = 0; !out; ++i) try {
      out = std::make_unique<socket_stream>(addresses[i], deadline);
    } catch (const std::runtime_error&) {
      if (!first) first = std::current_exception();
      if (i + 1 == addresses.size()) std::rethrow_exception(first);
    }
  return target.tls ? open_client_tls(std::move(out), target.host) : std::move(out);
}

}  // namespace telltale
