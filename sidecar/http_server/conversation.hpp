// One connection's talk without its socket: bytes in, answers out, in order.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "http_server/head_scanner.hpp"
#include "http_server/http_server.hpp"
#include "http_server/known_heads.hpp"
#include "http_server/request_head.hpp"
#include "http_server/response_head.hpp"

namespace telltale {

/// What to send next.
struct outgoing {
  int status = 0;
  std::string head;                         ///< with the body behind it, when that is small
  std::shared_ptr<const std::string> body;  ///< else what follows; null for HEAD
  bool refused = false;                     ///< the server answered, not the handler
  bool closes = false;                      ///< the last answer of this connection
  bool peer_is_done = false;                ///< and the peer has said that it sends nothing more
};

/// What all conversations of a server share.
struct http_service {
  http_server::handler answer;
  http_limits limits;
  known_heads heads;
  date_text date;
};

/// Holds at most one request head of bytes; pipelined requests wait in the kernel, which makes their sender wait.
/// Everything that is refused ends the conversation, because where the next request would begin is anyone's guess.
class conversation {
 public:
  /// `service` must outlive the conversation.
  conversation(http_service& service, bool loopback, std::size_t listener = 0);

  /// Where to put the next bytes; never empty once `next` returned nothing.
  std::span<char> room();
  void received(std::size_t bytes);

  /// Nothing of a next request has arrived.
  bool idle() const { return used_ == 0; }

  /// The answer to the next complete request, or nothing when more bytes are needed. `last` closes after it.
  std::optional<outgoing> next(bool last);

  /// The request will not be completed: the answer to send instead, which is the last one.
  outgoing give_up(const refusal&);

 private:
  std::optional<outgoing> parse_and_answer(std::string_view head, bool last);
  outgoing answer(const request_head&, std::size_t bytes, bool last);
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
