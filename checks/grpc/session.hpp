// The client side of an HTTP/2 connection with nghttp2, without I/O: takes bytes from the server, returns bytes for it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/system/error_code.hpp>

#include <telltale/finding.hpp>

#include "grpc/reply.hpp"
#include "net/kept_connection.hpp"

struct nghttp2_session;

namespace telltale::grpc {

/// Header fields of a request in their order, pseudo-header fields first.
using field_list = std::vector<std::pair<std::string, std::string>>;

/// What a server may send for one call.
inline constexpr std::size_t most_frames = 256;
inline constexpr std::size_t most_bytes = 256 * 1024;

/// Calls, one after the other, over one connection. PING and SETTINGS are acknowledged. The finding depends on the
/// server's bytes alone, not on how they are split: the first event that ends a call counts.
class session final : public net::session_state {
 public:
  /// `what` must outlive it. Throws std::bad_alloc, as every function here does.
  explicit session(const question& what);
  ~session() override;
  session(const session&) = delete;
  session& operator=(const session&) = delete;

  /// Starts a call with one message. The call before must have ended.
  void call(const field_list& fields, std::string message);
  void feed(std::string_view from_server);
  /// Bytes for the server; after `feed` these are acknowledgements.
  std::string take_output() { return std::exchange(output_, {}); }

  /// The finding of the call, once it has ended. A stream that the server has not ended is reset (CANCEL).
  const std::optional<finding>& ended() const { return ended_; }
  /// Why the call does not end: the connection failed with this error, `timed_out` included.
  finding explain_lost(const boost::system::error_code&, std::chrono::nanoseconds budget) const;

  /// Whether the server has sent anything over this connection.
  bool answered() const { return !front_.empty(); }
  /// Whether the connection can be used for another call.
  bool reusable() const;
  /// Whether the connection ended, or the server refused the call, before it was processed as far as is known: on a
  /// connection that was kept this is no failure of the server, and the call may be repeated on a new one.
  bool unprocessed() const { return ended_ ? unprocessed_ : !reply_.begun(); }
  /// Announces the end of the connection (GOAWAY, NO_ERROR).
  void leave();

 private:
  struct events;  ///< nghttp2's callbacks
  friend events;
  struct free_session {
    void operator()(nghttp2_session*) const;
  };

  void finish(finding);
  void violate(std::string_view what);
  void read_frames(std::string_view bytes);
  void read_header(std::string_view piece);
  void read_payload(std::string_view piece);
  void receive(std::string_view bytes);
  void flush();

  const question* what_;
  std::unique_ptr<nghttp2_session, free_session> http2_;
  std::string output_;
  std::string front_;  ///< the first bytes of the connection, at most a frame header
  std::string frame_header_;
  std::size_t frame_left_ = 0;      ///< of the payload of the current frame
  std::string payload_;             ///< the part of it that has arrived
  bool sound_ = true;               ///< the server has kept the rules and the bounds
  std::optional<finding> goodbye_;  ///< the server has sent GOAWAY

  reply reply_;
  std::string message_;  ///< of the request
  std::size_t sent_ = 0;
  std::int32_t stream_ = 0;
  bool open_ = false;
  std::size_t frames_ = 0;
  std::size_t bytes_ = 0;
  bool unprocessed_ = false;
  std::optional<finding> ended_;
};

}  // namespace telltale::grpc
