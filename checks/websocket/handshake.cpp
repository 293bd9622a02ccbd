// Reads the handshake reply: detects excess bytes, other protocols, and statuses that the body explains.
#include "websocket/handshake.hpp"

#include <algorithm>
#include <array>
#include <random>

#include <fmt/format.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <telltale/units.hpp>

#include "http/first_bytes.hpp"
#include "net/http_head.hpp"
#include "net/spoken_protocol.hpp"
#include "websocket/declined.hpp"
#include "websocket/explain.hpp"

namespace telltale::websocket {
namespace {

namespace asio = boost::asio;
constexpr std::chrono::milliseconds a_moment{250};
constexpr std::string_view http_front = "HTTP/1.";

/// RFC 6455, sections 5.2 and 5.5.1: the last frame of a client, masked, with code 1000.
std::string close_frame() {
  std::random_device random;
  std::string out{'\x88', '\x82'};
  for (int i = 0; i < 4; ++i) out += static_cast<char>(random());
  out += static_cast<char>(out[2] ^ (1000 >> 8));
  out += static_cast<char>(out[3] ^ (1000 & 0xff));
  return out;
}

}  // namespace

asio::awaitable<net::transferred> handshake_stream::read_some(std::span<char> into) {
  if (!replied_) declined = co_await read_reply();
  net::transferred got;
  if (is_failure(declined)) {
    got.error = asio::error::connection_refused;
  } else if (ahead_.empty()) {
    got = co_await below_.read_some(into);
    if (front_.size() < http_front.size()) front_.append(into.data(), got.bytes);
  } else {
    got.bytes = ahead_.copy(into.data(), into.size());
    ahead_.erase(0, got.bytes);
  }
  co_return got;
}

asio::awaitable<net::error_code> handshake_stream::write(std::string_view bytes) {
  if (closing_) co_return net::error_code();
  writing_ = true;
  const auto error = co_await below_.write(bytes);
  writing_ = false;
  written_.cancel();
  if (replied_ && error) unwritten = error;
  co_return net::error_code();
}

asio::awaitable<void> handshake_stream::send_close() {
  closing_ = true;
  while (writing_) {
    written_.expires_at(net::time_point::max());
    co_await written_.async_wait(asio::as_tuple(asio::use_awaitable));
  }
  const auto frame = close_frame();
  co_await below_.write(frame);
}

asio::awaitable<bool> handshake_stream::replied_twice() {
  expire_by(std::chrono::steady_clock::now() + a_moment);
  std::array<char, 64> more;
  while (front_.size() < http_front.size() && net::agrees(front_, http_front)) {
    const auto got = co_await below_.read_some(more);
    if (got.error) break;
    front_.append(more.data(), got.bytes);
  }
  co_return front_.starts_with(http_front);
}

asio::awaitable<finding> handshake_stream::read_reply() {
  replied_ = true;
  const net::stopwatch watch(now_.found);
  std::string bytes;
  std::size_t head = 0;
  auto failed = co_await read_head(bytes, head);
  if (is_failure(failed)) co_return failed;
  watch.stop("handshake_seconds");
  std::string accept;
  failed = judge_reply(std::string_view(bytes).substr(0, head), what_.subprotocols, what_.secrets, accept);
  if (is_failure(failed)) {
    const bool wants_tls = co_await body_asks_for_tls(std::move(bytes), head);
    co_return wants_tls ? http::speaks_tls(client) : failed;
  }
  front_ = bytes.substr(head, http_front.size());
  ahead_ = fmt::format(
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {:.99}"
      "\r\n\r\n{}",
      accept, std::string_view(bytes).substr(head));
  co_return finding();
}

/// Reads until the head is complete; bytes behind it stay in `bytes` at offset `head`.
asio::awaitable<finding> handshake_stream::read_head(std::string& bytes, std::size_t& head) {
  std::array<char, 2048> chunk;
  for (std::size_t searched = 0;;) {
    head = net::head_length(bytes, searched);
    searched = bytes.size();
    if (head != 0 || bytes.size() > net::max_head) break;
    const auto got = co_await below_.read_some(chunk);
    if (got.error == asio::error::timed_out && !bytes.empty())
      co_return failure(reason::timeout,
                        fmt::format("the answer to the WebSocket handshake stopped after {} bytes, within {}",
                                    bytes.size(), human_duration(now_.budget)));
    if (got.error) {
      auto failed = net::explain_broken(got.error, handshake_phase, !bytes.empty(), now_.budget);
      if (failed.reason == reason::refused && !what_.target.tls)
        failed.sentence += " (possible causes: TLS on this port, a proxy that cannot reach its backend)";
      co_return failed;
    }
    bytes.append(chunk.data(), got.bytes);
    auto failed = http::judge_first_bytes(bytes, client);
    if (is_failure(failed)) co_return failed;
  }
  if (head != 0 && head <= net::max_head) co_return finding();
  co_return failure(reason::protocol, "the header of the handshake reply is longer than 64 KiB");
}

/// A 400 to plain HTTP may come from a server that expects TLS here. Only its body shows this, so it is read briefly.
asio::awaitable<bool> handshake_stream::body_asks_for_tls(std::string bytes, std::size_t head) {
  constexpr std::size_t most = 4096;
  const auto body = [&] { return std::string_view(bytes).substr(head, most); };
  const bool bad_request = std::string_view(bytes).substr(0, head).find(" 400") == std::string_view("HTTP/1.1").size();
  if (what_.target.tls || !bad_request) co_return false;
  expire_by(std::chrono::steady_clock::now() + a_moment);
  std::array<char, 2048> chunk;
  while (body().size() < most && !http::says_that_tls_is_spoken(body())) {
    const auto got = co_await below_.read_some(chunk);
    if (got.error) break;
    bytes.append(chunk.data(), got.bytes);
  }
  co_return http::says_that_tls_is_spoken(body());
}

}  // namespace telltale::websocket
