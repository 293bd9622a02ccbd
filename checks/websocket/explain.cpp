// Maps close codes and violated rules to reasons and sentences.
#include "websocket/explain.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <boost/beast/websocket/error.hpp>

namespace telltale::websocket {
namespace {

struct close_row {
  std::uint16_t code;
  reason why;
  std::string_view meaning;
};
/// IANA's WebSocket close code registry, and the two codes that applications derive from HTTP's 401 and 403. Unlike an
/// HTTP 403, they follow a handshake that accepted path, Host, Origin and subprotocol.
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
                                                 {1013, reason::overload, "try again later"},
                                                 {3000, reason::auth, "unauthorized"},
                                                 {3003, reason::auth, "forbidden"},
                                                 {3008, reason::timeout, "timeout"},
                                                 {4401, reason::auth, "unauthorized, by convention"},
                                                 {4403, reason::auth, "forbidden, by convention"}}};

using rule = boost::beast::websocket::error;
struct violation {
  rule broken;
  const char* sentence;
};
constexpr violation violations[] = {
    {rule::bad_sec_accept, "the handshake reply has a wrong Sec-WebSocket-Accept: it does not belong to this request"},
    {rule::bad_opcode, "a frame has an unknown opcode"},
    {rule::bad_data_frame, "a new message began inside a fragmented one"},
    {rule::bad_continuation, "a continuation frame has no message to continue"},
    {rule::bad_reserved_bits, "a frame uses reserved bits, as for an extension that was not negotiated"},
    {rule::bad_control_fragment, "a control frame is fragmented"},
    {rule::bad_control_size, "a control frame is longer than 125 bytes"},
    {rule::bad_masked_frame, "a frame from the server is masked, which only a client may do"},
    {rule::bad_size, "a frame's length is not written in the shortest form"},
    {rule::bad_frame_payload, "a text message is not valid UTF-8"},
    {rule::bad_close_code, "a close frame has a code that may not be sent"},
    {rule::bad_close_size, "a close frame has an incomplete code"},
    {rule::bad_close_payload, "the reason of a close frame is not valid UTF-8"},
};

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

std::string_view explain_violation(const boost::system::error_code& found) {
  const auto* row = std::ranges::find(violations, found, &violation::broken);
  return row == std::end(violations) ? "" : row->sentence;
}

}  // namespace telltale::websocket
