// Reads one HTTP/1 reply from a stream: first its head, then its body in pieces.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <boost/asio/awaitable.hpp>

#include <telltale/finding.hpp>

#include "http/body_framing.hpp"
#include "http/first_bytes.hpp"
#include "net/http_head.hpp"
#include "net/run.hpp"
#include "net/stream.hpp"

namespace telltale::http {

/// Interim replies (1xx) are skipped. Measures `reply_seconds`, until the first byte, and `body_seconds`. Buffers at
/// most a head and one piece. From the first byte on, the deadline is that of the run. Both arguments must outlive it.
class reply_reader {
 public:
  reply_reader(net::run& now, net::stream& line) : now_(now), line_(line) {}

  /// Fails unless a complete head arrives. `over_tls` is for the list of possible causes.
  boost::asio::awaitable<finding> read_head(bool over_tls);
  /// Valid after `read_head` has passed.
  const net::reply_head& head() const { return head_; }

  /// Passes the body on until it ends or the sink has enough, at most `most` bytes. Fails when the body is truncated,
  /// late or malformed.
  boost::asio::awaitable<finding> read_body(bool to_head_request, std::size_t most, body_sink);
  std::uint64_t body_bytes() const { return framing_ ? framing_->body_bytes() : 0; }
  /// Whether the body was not read to its end.
  bool cut() const { return framing_ && framing_->enough(); }

  /// Whether the connection was lost before a complete head, or silent until its deadline: on a reused one that is no
  /// failure of the server.
  bool unanswered() const { return unanswered_; }
  /// Whether the connection can carry another request: the reply is complete, nothing follows it, and the server keeps
  /// it open.
  bool reusable() const { return framing_ && framing_->keeps_alive() && bytes_.empty(); }

 private:
  boost::asio::awaitable<finding> fill_head(std::size_t& length, bool over_tls);
  finding explain_head(const net::error_code&, bool over_tls);
  finding explain_body(const net::error_code&) const;

  net::run& now_;
  net::stream& line_;
  std::string head_bytes_;
  net::reply_head head_;
  std::string bytes_;  ///< received and not consumed
  std::optional<body_framing> framing_;
  bool answered_ = false;
  bool unanswered_ = false;
};

/// A sink that collects the whole body.
inline body_sink into(std::string& text) {
  return [&text](std::string_view piece) {
    text += piece;
    return true;
  };
}

}  // namespace telltale::http
