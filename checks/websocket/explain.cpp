// The table from close codes to reasons and sentences.
#include "websocket/explain.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace telltale::websocket {
namespace {

struct close_row {
  std::uint16_t code;
  reason why;
  std::string_view meaning;
};
/// IANA's WebSocket close code registry, and the two codes that applications make of HTTP's 401 and 403. Unlike an HTTP
/// 403 they come from behind the handshake, which has judged path, Host, Origin and subprotocol.
constexpr std::array<close_row, 16> close_table{{{1000, reason::refused, "normal closure"},
                                                 {1001, reason::refused, "going away"},
                                                 {1002, reason::protocol, "protocol error"},
                                                 {1003, reason::protocol, "unsupported data"},
                                                 {1007, reason::protocol, "invalid payload"},
                                                 {1008, reason::refused, "policy violation"},
                                                 {1009, reason::protocol, "message too big"},
                                                 {1010, reason::protocol, "missing extension"},
                                                 {1011, reason::refused, "internal error"},
                                                 {1012, reason::refused, "service restart"},
                                                 {1013, reason::refused, "try again later"},
                                                 {3000, reason::auth, "unauthorized"},
                                                 {3003, reason::auth, "forbidden"},
                                                 {3008, reason::timeout, "timeout"},
                                                 {4401, reason::auth, "unauthorized, by convention"},
                                                 {4403, reason::auth, "forbidden, by convention"}}};

}  // namespace

finding explain_close(std::uint16_t code, std::string_view words, const net::phase_words& phase,
                      const secret_list& secrets) {
  if (code == 0)
    return failure(reason::refused, fmt::format("the server closed the WebSocket {}, without a code", phase.during));
  const auto* known = std::ranges::find(close_table, code, &close_row::code);
  auto out =
      failure(reason::refused, fmt::format("the server closed the WebSocket {} with code {}", phase.during, code));
  if (known != close_table.end()) {
    out.reason = known->why;
    out.sentence += fmt::format(" ({})", known->meaning);
  }
  const auto shown = shown_peer_text(words, secrets);
  if (!shown.empty()) out.sentence += fmt::format(": '{}'", shown);
  return out;
}

}  // namespace telltale::websocket
