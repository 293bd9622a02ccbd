// Implements the session with Beast's WebSocket stream. Slow to compile, so it contains nothing else.
#include "websocket/session.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <random>

#include <fmt/format.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/bind_handler.hpp>
#include <boost/beast/websocket/stream.hpp>

#include <telltale/units.hpp>

#include "base/printable.hpp"
#include "net/asio_stream.hpp"
#include "websocket/explain.hpp"
#include "websocket/handshake.hpp"
#include "websocket/text_search.hpp"

namespace telltale {
namespace net {

/// Required by Beast for its own timeouts, which are not used.
void beast_close_socket(asio_stream&) {}

/// Required by Beast at the end of a WebSocket; the connection is closed by its owner.
template <class Handler>
void async_teardown(boost::beast::role_type, asio_stream& line, Handler&& handler) {
  boost::asio::post(line.get_executor(),
                    boost::beast::bind_front_handler(std::forward<Handler>(handler), error_code()));
}

}  // namespace net

namespace websocket {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace rfc6455 = beast::websocket;
using clock = std::chrono::steady_clock;
constexpr auto no_throw = asio::as_tuple(asio::use_awaitable);
constexpr std::chrono::milliseconds close_wait{250};

void add_headers(const plan& what, rfc6455::request_type& request) {
  std::string offered;
  for (const auto& each : what.subprotocols) offered += (offered.empty() ? "" : ", ") + each.name;
  if (!offered.empty()) request.set("Sec-WebSocket-Protocol", offered);
  for (const auto& [name, value] : what.headers) request.insert(name, value);
  if (request.count("User-Agent") == 0) request.set("User-Agent", "telltale");
}

/// The steps run in the order of the members. Beast's read completes with a part of a message, not with a pong, so it
/// stays pending while the next step writes.
class session {
 public:
  session(net::run& now, const plan& what, net::stream& line)
      : now_(now),
        what_(what),
        line_(now, what, line),
        socket_(line_),
        event_timer_(line.get_executor()),
        search_(what.options.expect.value_or("")) {
    socket_.read_message_max(0);
    socket_.auto_fragment(false);
    socket_.set_option(
        rfc6455::stream_base::decorator([&what](rfc6455::request_type& request) { add_headers(what, request); }));
    socket_.control_callback([this](rfc6455::frame_type kind, beast::string_view payload) {
      ponged_ = ponged_ || (kind == rfc6455::frame_type::pong && payload == ping_);
      event_timer_.cancel();
    });
  }

  asio::awaitable<finding> hold() {
    auto failed = co_await open();
    if (!is_failure(failed) && what_.options.ping) failed = co_await ping();
    if (!is_failure(failed)) failed = co_await exchange();
    // No close frame after a failure: the peer violated the protocol or the time is up; closing the socket is enough.
    if (!is_failure(failed)) co_await close();
    co_return failed;
  }

  /// Cancels operations that are still pending after a failure.
  asio::awaitable<void> stop() {
    if (reading_) line_.expire_by(clock::now());
    while (reading_) co_await next_event();
  }

 private:
  asio::awaitable<finding> open() {
    auto [error] = co_await socket_.async_handshake(what_.host, what_.options.url.target, no_throw);
    if (!error || is_failure(line_.declined)) co_return line_.declined;
    co_return co_await explain_end(error, handshake_phase);
  }

  /// Pings with a random payload and waits for the matching pong.
  asio::awaitable<finding> ping() {
    const net::stopwatch watch(now_.found);
    std::random_device random;
    for (int i = 0; i < 8; ++i) ping_ += static_cast<char>(random());
    const rfc6455::ping_data payload(ping_.data(), ping_.size());
    co_await socket_.async_ping(payload, no_throw);
    auto failed = co_await listen(ping_phase, ponged_);
    if (!is_failure(failed)) watch.stop("ping_seconds");
    co_return failed;
  }

  /// Sends the message, if there is one, and waits for the expected text, if there is one.
  asio::awaitable<finding> exchange() {
    const net::stopwatch watch(now_.found);
    const bool expecting = what_.options.expect.has_value();
    if (!what_.send.empty()) {
      co_await socket_.async_write(asio::buffer(what_.send), no_throw);
      // The next read may explain the error, unless the time is up.
      if (line_.unwritten && (!expecting || line_.unwritten == asio::error::timed_out))
        co_return net::explain_broken(line_.unwritten, send_phase, true, now_.budget);
      counts_ = !in_message_;  // only messages that start after ours can be its reply
      expected_ = false;
      messages_ = 0;
    }
    if (!expecting) co_return finding();
    auto failed = co_await listen(reply_phase, expected_);
    if (!is_failure(failed)) watch.stop("reply_seconds");
    co_return failed;
  }

  /// Closes with 1000 and waits briefly for the response. A missing response is a remark, not a failure: RFC 6455 lets
  /// a server finish sending first.
  asio::awaitable<void> close() {
    const net::stopwatch watch(now_.found);
    line_.expire_by(clock::now() + close_wait);
    co_await line_.send_close();
    const bool never = false;
    co_await read_until(never);
    if (got_->error == rfc6455::error::closed) watch.stop("close_seconds");
    // Invalid frames are an answer too.
    else if (got_->error.category() != net::error_code(rfc6455::error::closed).category())
      now_.remark += " (the server did not answer the close)";
    co_await line_.close(close_wait);
  }

  /// Processes events until `until` is true.
  asio::awaitable<finding> listen(const net::phase_words& phase, const bool& until) {
    co_await read_until(until);
    if (until) co_return finding();
    co_return co_await explain_end(got_->error, phase);
  }

  /// Processes events until `until` is true or the session has ended, with the error in `got_`.
  asio::awaitable<void> read_until(const bool& until) {
    while (!until && !(got_ && got_->error)) {
      if (got_) take_piece();
      else if (!reading_) start_reading();
      else co_await next_event();
    }
  }

  void start_reading() {
    reading_ = true;
    socket_.async_read_some(asio::buffer(chunk_), [this](net::error_code error, std::size_t count) {
      reading_ = false;
      got_ = {error, count};
      event_timer_.cancel();
    });
  }

  /// Waits until the read completes or a control frame arrives.
  asio::awaitable<void> next_event() {
    event_timer_.expires_at(clock::time_point::max());
    co_await event_timer_.async_wait(no_throw);
  }

  /// Searches a part of a message for the expected text and discards it: messages may have any size.
  void take_piece() {
    const auto count = got_->bytes;
    got_.reset();
    search_.feed(std::string_view(chunk_.data(), count));
    in_message_ = !socket_.is_message_done();
    const bool begins = frame_left_ == 0;
    // The hint is 1 even when the frame is complete.
    frame_left_ = in_message_ ? socket_.read_size_hint(1) - 1 : 0;
    if (begins) frame_size_ = count + frame_left_ + 1;
    if (in_message_) return;
    ++messages_;
    had_message_ = true;
    expected_ = expected_ || (counts_ && search_.found());
    counts_ = true;
    search_.restart();
  }

  /// The size of an incomplete frame; 0 when there is none.
  std::uint64_t unfinished_frame() const {
    if (in_message_) return frame_left_ != 0 ? frame_size_ : 0;
    return socket_.is_message_done() ? 0 : socket_.read_size_hint(1);
  }

  /// Why the event that `listen` waited for cannot occur.
  asio::awaitable<finding> explain_end(net::error_code error, const net::phase_words& phase) {
    if (error == asio::error::timed_out) co_return explain_timeout(phase);
    if (error == rfc6455::error::closed) {
      const auto& close = socket_.reason();
      co_return explain_close(close.code, std::string_view(close.reason.data(), close.reason.size()), phase,
                              what_.secrets);
    }
    if (error == rfc6455::error::bad_control_fragment) {  // 'H' looks like one
      const bool http = co_await line_.replied_twice();
      if (http)
        co_return failure(reason::protocol, "the server sent another HTTP response behind its 101, instead of a frame");
    }
    if (const auto sentence = explain_violation(error); !sentence.empty())
      co_return failure(reason::protocol, std::string(sentence));
    co_return net::explain_broken(error, phase, true, now_.budget);
  }

  finding explain_timeout(const net::phase_words& phase) const {
    const auto frame = unfinished_frame();
    if (frame >> 63 != 0)
      return failure(reason::protocol, "a frame's length has its highest bit set, which is never allowed");
    if (&phase == &reply_phase && messages_ > 0)
      return failure(reason::mismatch,
                     fmt::format("none of {} message{} within {} contained '{}'", messages_, messages_ == 1 ? "" : "s",
                                 human_duration(now_.budget), shortened(*what_.options.expect, 40)));
    auto out = net::timed_out(phase, now_.budget);
    // In a flood any small frame may be the incomplete one; without its size the message is the same in each run.
    constexpr std::uint64_t large = 1024 * 1024;
    if (frame != 0 && (!had_message_ || frame >= large))
      out.sentence += fmt::format(": a frame of {} has not ended", human_bytes(static_cast<double>(frame)));
    else if (had_message_) out.sentence += ", though other messages came";
    else if (in_message_) out.sentence += ": a fragmented message has not ended";
    return out;
  }

  net::run& now_;
  const plan& what_;
  handshake_stream line_;
  rfc6455::stream<net::asio_stream, false> socket_;
  asio::steady_timer event_timer_;  ///< cancelled when an event is ready
  bool reading_ = false;
  std::optional<net::transferred> got_;  ///< result of the last read; an error is kept
  std::array<char, 8192> chunk_;
  std::string ping_;
  bool ponged_ = false;
  text_search search_;
  bool expected_ = false;         ///< the expected text was received
  bool counts_ = true;            ///< whether the current message may be the reply
  bool in_message_ = false;       ///< the last part was not the end of its message
  std::uint64_t frame_size_ = 0;  ///< of the frame of the last part
  std::uint64_t frame_left_ = 0;  ///< its bytes that are missing, without the last one
  std::uint64_t messages_ = 0;    ///< since ours was sent
  bool had_message_ = false;
};

}  // namespace

asio::awaitable<finding> hold_session(net::run& now, const plan& what, net::stream& line) {
  session talk(now, what, line);
  finding failed;
  try {
    failed = co_await talk.hold();
  } catch (const std::exception& e) {
    failed = failure(reason::internal, e.what());
  }
  // A cancelled probe must wait for its read as well: no step throws from here on.
  co_await asio::this_coro::throw_if_cancelled(false);
  co_await talk.stop();
  co_return failed;
}

}  // namespace websocket
}  // namespace telltale
