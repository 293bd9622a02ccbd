// Implements the accept loop with eviction and back-off.
#include "http_server/accept_loop.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <exception>
#include <string>
#include <string_view>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/descriptor.hpp"
#include "http_server/peer_address.hpp"
#include "log/log.hpp"

namespace telltale {
namespace {

namespace asio = boost::asio;

constexpr auto no_throw = asio::as_tuple(asio::use_awaitable);
constexpr int batch = 16;  // then other handlers run

struct accepted {
  bool exhausted = false;  ///< out of descriptors or memory; nothing can be accepted now
  std::string why;
};

// Logs at most one line per minute, so that many connections do not cause many log lines.
void log_shortage(server_state& state, std::string_view message, std::string_view why) {
  const auto now = connection_list::clock::now();
  if (state.shortage_logged && now - *state.shortage_logged < std::chrono::minutes(1)) return;
  state.shortage_logged = now;
  log(log_level::warn, message, {{"error", why}, {"connections", static_cast<std::int64_t>(state.list.size())}});
}

/// Logs why a coroutine has failed.
auto log_failure(std::string_view message) {
  return [message](const std::exception_ptr& thrown) {
    if (!thrown) return;
    try {
      std::rethrow_exception(thrown);
    } catch (const std::exception& e) {
      log(log_level::error, message, {{"error", std::string_view(e.what())}});
    } catch (...) {
      log(log_level::error, message);
    }
  };
}

void make_room(server_state& state) {
  const auto now = connection_list::clock::now();
  while (state.list.size() >= state.service.limits.max_connections) {
    log_shortage(state, "closing connections to accept new ones", "too many connections");
    if (!state.list.evict(now)) return;
  }
}

void adopt(const std::shared_ptr<server_state>& state, const listener& from, const tls_renewal* tls, descriptor fd,
           const sockaddr_storage& peer) {
  make_room(*state);
  auto over = tls ? make_tls_transport(fd.get(), *tls->current()) : make_plain_transport(fd.get());
  asio::co_spawn(state->loop, serve_connection(state, std::move(fd), std::move(over), is_loopback(peer), from.number()),
                 log_failure("a connection failed"));
}

// These errors belong to a connection that failed in the queue, not to the listener (accept(2), Linux).
bool concerns_one_connection(int error) {
  constexpr std::array errors{EINTR,     ECONNABORTED, EPROTO,       ENETDOWN,   ENOPROTOOPT,
                              EHOSTDOWN, ENONET,       EHOSTUNREACH, EOPNOTSUPP, ENETUNREACH};
  return std::ranges::find(errors, error) != errors.end();
}

// Without a free descriptor accept(2) fails even when no connection is pending; then none needs to be evicted.
bool has_pending_connection(listener& from) {
  pollfd who{from.socket().native_handle(), POLLIN, 0};
  return ::poll(&who, 1, 0) == 1;
}

accepted accept_some(const std::shared_ptr<server_state>& state, listener& from, const tls_renewal* tls) {
  for (int i = 0; i < batch && from.is_open(); ++i) {
    sockaddr_storage peer{};
    socklen_t size = sizeof(peer);
    // Asio's accept sets close-on-exec later, so a worker started in between would inherit the connection.
    descriptor fd(::accept4(from.socket().native_handle(), reinterpret_cast<sockaddr*>(&peer), &size,
                            SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (fd) {
      adopt(state, from, tls, std::move(fd), peer);
      continue;
    }
    if (errno == EAGAIN || errno == EWOULDBLOCK) return {};
    if (concerns_one_connection(errno)) continue;
    const char* why = std::strerror(errno);
    return {has_pending_connection(from), why};
  }
  return {};
}

// When memory, the event queue or descriptors run out, the connection is lost but the listener continues.
accepted accept_safely(const std::shared_ptr<server_state>& state, listener& from, const tls_renewal* tls) {
  try {
    return accept_some(state, from, tls);
  } catch (const std::exception& e) {
    return {true, e.what()};
  }
}

asio::awaitable<void> accept_all(std::shared_ptr<server_state> state, std::shared_ptr<listener> from,
                                 std::shared_ptr<const tls_renewal> tls) {
  asio::steady_timer pause(state->loop);
  while (from->is_open()) {
    const auto result = accept_safely(state, *from, tls.get());
    if (result.exhausted) {
      log_shortage(*state, "cannot accept connections, retrying shortly", result.why);
      state->list.evict(connection_list::clock::now());
      pause.expires_after(state->service.limits.accept_backoff);
      co_await pause.async_wait(no_throw);
    } else if (from->is_open()) {
      co_await from->socket().async_wait(asio::posix::stream_descriptor::wait_read, no_throw);
    }
  }
}

}  // namespace

void start_accepting(const std::shared_ptr<server_state>& state, std::shared_ptr<listener> from,
                     std::shared_ptr<const tls_renewal> tls) {
  asio::co_spawn(state->loop, accept_all(state, std::move(from), std::move(tls)), log_failure("a listener failed"));
}

}  // namespace telltale
