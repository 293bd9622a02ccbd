// Implements the reading of a reply, with a sentence for each point at which it can stop.
#include "http/reply_reader.hpp"

#include <array>

#include <fmt/format.h>
#include <boost/asio/error.hpp>

#include <telltale/units.hpp>

#include "net/explain.hpp"

namespace telltale::http {
namespace {

namespace asio = boost::asio;
constexpr net::phase_words reply_phase{"no reply", "before its reply"};
constexpr net::phase_words header_phase{"no complete header of the reply", "in the header of its reply"};
constexpr net::phase_words body_phase{"no complete body", "inside the body"};

}  // namespace

finding reply_reader::explain_head(const net::error_code& error, bool over_tls) {
  if (error == asio::error::timed_out && answered_)
    return net::failure(reason::timeout, fmt::format("the reply stopped in its header after {} bytes, within {}",
                                                     bytes_.size(), human_duration(now_.budget)));
  unanswered_ = true;
  auto failed = net::explain_broken(error, answered_ ? header_phase : reply_phase, answered_, now_.budget);
  if (failed.reason == reason::refused && !over_tls)
    failed.sentence += " (possible causes: TLS on this port, a proxy that cannot reach its backend)";
  return failed;
}

/// Reads until a head is complete; bytes behind it stay in `bytes_`.
asio::awaitable<finding> reply_reader::fill_head(std::size_t& length, bool over_tls) {
  std::array<char, 2048> chunk;
  const net::stopwatch watch(now_.found);
  for (std::size_t searched = 0;;) {
    auto failed = judge_first_bytes(bytes_);
    if (failed.verdict != verdict::pass) co_return failed;
    length = net::head_length(bytes_, searched);
    searched = bytes_.size();
    if (length != 0 || bytes_.size() > net::max_head) break;
    const auto got = co_await line_.read_some(chunk);
    if (got.error) co_return explain_head(got.error, over_tls);
    if (!answered_) {
      watch.stop("reply_seconds");
      line_.set_deadline(now_.until);
    }
    answered_ = true;
    bytes_.append(chunk.data(), got.bytes);
  }
  if (length != 0 && length <= net::max_head) co_return finding();
  co_return net::failure(reason::protocol, "the header of the reply is longer than 64 KiB");
}

asio::awaitable<finding> reply_reader::read_head(bool over_tls) {
  constexpr int most_interim = 10;
  for (int i = 0; i <= most_interim; ++i) {
    std::size_t length = 0;
    auto failed = co_await fill_head(length, over_tls);
    if (failed.verdict != verdict::pass) co_return failed;
    head_bytes_ = bytes_.substr(0, length);
    bytes_.erase(0, length);
    auto parsed = net::parse_reply_head(head_bytes_);
    if (!parsed) co_return net::failure(reason::protocol, "the reply is not valid HTTP");
    head_ = std::move(*parsed);
    if (head_.status == 101)
      co_return net::failure(reason::protocol, "the server switched to another protocol, which was not requested");
    if (head_.status >= 200) co_return finding();
  }
  co_return net::failure(reason::protocol, "the server sends interim replies (1xx) without end");
}

finding reply_reader::explain_body(const net::error_code& error) const {
  const auto count = framing_->body_bytes();
  if (error == asio::error::timed_out)
    return net::failure(reason::timeout,
                        fmt::format("the body stopped after {} bytes, within {}", count, human_duration(now_.budget)));
  if (error != asio::error::eof) return net::explain_broken(error, body_phase, true, now_.budget);
  const auto of = framing_->content_length() ? fmt::format(" of {}", *framing_->content_length()) : "";
  return net::failure(
      reason::protocol,
      fmt::format("the body is truncated: the server closed the connection after {}{} bytes", count, of));
}

asio::awaitable<finding> reply_reader::read_body(bool to_head_request, std::size_t most, body_sink sink) {
  std::array<char, 4096> chunk;
  const net::stopwatch watch(now_.found);
  framing_.emplace(head_bytes_, to_head_request);
  for (;;) {
    const auto state = framing_->feed(bytes_, most, sink);
    if (state == body_framing::state::invalid) co_return net::failure(reason::protocol, framing_->problem());
    if (state == body_framing::state::complete || framing_->enough()) break;
    const auto got = co_await line_.read_some(chunk);
    if (got.error == asio::error::eof && framing_->end() == body_framing::state::complete) break;
    if (got.error) co_return explain_body(got.error);
    bytes_.append(chunk.data(), got.bytes);
  }
  watch.stop("body_seconds");
  co_return finding();
}

}  // namespace telltale::http
