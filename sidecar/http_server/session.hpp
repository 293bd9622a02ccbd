// Implements the HTTP session of one connection without its socket: bytes in, responses out, in order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "http_server/http_server.hpp"
#include "http_server/request_head.hpp"
#include "http_server/response_head.hpp"

namespace telltale {

struct outgoing {
  int status = 0;
  std::string head;                         ///< includes the body when that is small
  std::shared_ptr<const std::string> body;  ///< the body after the head otherwise; null for HEAD
  bool closes = false;                      ///< the last response of this connection
  bool peer_is_done = false;                ///< and the client has closed its sending side
};

/// Shared by all sessions of a server.
struct http_service {
  http_server::handler answer;
  http_limits limits;
  date_text date;
  std::map<int, std::uint64_t> refusals;  ///< requests that did not reach `answer`, by status
};

/// Buffers at most one request head. Pipelined requests wait in the kernel, which throttles their sender. Every refusal
/// ends the session, because the start of the next request is unknown.
class session {
 public:
  /// `service` must outlive the session.
  session(http_service& service, bool loopback, std::size_t listener = 0);

  /// The buffer for the next bytes; never empty after `next` returned nothing.
  std::span<char> room();
  void received(std::size_t bytes);

  bool idle() const { return used_ == 0; }

  /// Returns the response to the next complete request, or nothing when more bytes are needed. `last` closes after it.
  std::optional<outgoing> next(bool last);

  /// Returns the final response to a request that will not be completed.
  outgoing refuse(const refusal&);

 private:
  outgoing answer(const request_head&, bool last);
  outgoing compose(const reply&, bool with_body, std::string_view connection);
  reply ask(const request_head&) const;
  void skip_empty_line();
  void consume(std::size_t bytes);

  http_service& service_;
  const bool loopback_;
  const std::size_t listener_;
  std::string bytes_;
  std::size_t used_ = 0;
  head_scanner scanner_;
  bool skipped_empty_line_ = false;
  std::size_t answered_ = 0;
  bool ended_ = false;
};

}  // namespace telltale
