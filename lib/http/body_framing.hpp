// Finds the body of a reply in the bytes of its connection: Content-Length, chunked, or until the end. No I/O.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace telltale::http {

/// Receives the body in pieces; false: no more of it is wanted.
using body_sink = std::function<bool(std::string_view)>;

/// One reply after its head (RFC 9112 section 6). Strict: conflicting or repeated lengths, an unknown transfer coding
/// and malformed chunks are errors. Trailers are skipped.
class body_framing {
 public:
  enum class state : std::uint8_t { more, complete, invalid };

  /// `head` is complete, valid by `net::parse_reply_head`, and not one of 1xx. A reply to HEAD has no body.
  body_framing(std::string_view head, bool to_head_request);
  ~body_framing();

  /// Takes bytes from the front of `input` and passes the parts of the body on, at most `most` bytes in all. What it
  /// leaves must be at the front next time. A chunk's size line, and the trailers, are at most `longest_line`.
  state feed(std::string& input, std::size_t most, const body_sink&);
  /// The connection has ended: the state is `complete`, or `more` when the body is truncated.
  state end();

  static constexpr std::size_t longest_line = 8 * 1024;
  std::uint64_t body_bytes() const;                     ///< passed on
  bool enough() const;                                  ///< the sink or `most` has stopped the body
  std::optional<std::uint64_t> content_length() const;  ///< as announced
  /// Whether another reply may follow on the connection, once this one is complete.
  bool keeps_alive() const;
  /// What is wrong, after `invalid`: "the reply ..."
  const std::string& problem() const;

 private:
  class parser;
  std::unique_ptr<parser> parser_;
};

}  // namespace telltale::http
