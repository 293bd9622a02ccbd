// The table from errors to reasons and sentences.
#include "websocket/explain.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>
#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>

#include <telltale/units.hpp>

#include "websocket/tls_failure.hpp"

namespace telltale::websocket {
namespace {

namespace errors = boost::asio::error;
namespace errc = boost::system::errc;

/// Completes "... within 2 s" and "closed the connection ...", in the order of the phases.
struct phase_words {
  std::string_view missing;
  std::string_view during;
};
constexpr std::array<phase_words, 7> words{{{"no address for the host name", "while its name was looked up"},
                                            {"no connection", "while connecting"},
                                            {"no end of the TLS handshake", "during the TLS handshake"},
                                            {"no answer to the WebSocket handshake", "during the WebSocket handshake"},
                                            {"the message could not be sent", "while the message was sent"},
                                            {"no pong", "before its pong"},
                                            {"no reply", "before its reply"}}};

const phase_words& words_of(phase p) { return words[static_cast<std::size_t>(p)]; }

struct close_row {
  std::uint16_t code;
  reason why;
  std::string_view meaning;
};
/// IANA's WebSocket close code registry, and the two codes that applications make of HTTP's 401 and 403. Unlike an HTTP
/// 403 they come from behind the handshake, which has judged path, Host, Origin and subprotocol.
constexpr std::array<close_row, 17> close_table{{{1000, reason::refused, "normal closure"},
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
                                                 {1014, reason::refused, "bad gateway"},
                                                 {3000, reason::auth, "unauthorized"},
                                                 {3003, reason::auth, "forbidden"},
                                                 {3008, reason::timeout, "timeout"},
                                                 {4401, reason::auth, "unauthorized, by convention"},
                                                 {4403, reason::auth, "forbidden, by convention"}}};

int rank(reason why) {
  switch (why) {
    case reason::refused:
      return 3;  // somebody is there
    case reason::timeout:
      return 2;
    case reason::unreachable:
      return 1;
    default:
      return 0;
  }
}

}  // namespace

failure timed_out(phase p, std::chrono::nanoseconds budget) {
  return {reason::timeout, fmt::format("{} within {}", words_of(p).missing, human_duration(budget))};
}

failure explain_connect(const boost::system::error_code& error, const std::string& peer,
                        std::chrono::nanoseconds budget) {
  if (error == errors::timed_out)
    return {reason::timeout, fmt::format("no connection to {} within {}", peer, human_duration(budget))};
  if (error == errors::connection_refused)
    return {reason::refused,
            fmt::format("{} refused the connection: nothing listens there, or a firewall rejects it", peer)};
  if (error == errors::network_unreachable || error == errors::host_unreachable || error == errors::network_down ||
      error == errc::address_not_available)
    return {reason::unreachable, fmt::format("{} cannot be reached: {}", peer, error.message())};
  if (error == errors::connection_reset || error == errors::connection_aborted)
    return {reason::refused, fmt::format("{} dropped the connection while it was being made", peer)};
  if (error == errors::access_denied || error == errc::operation_not_permitted)
    return {reason::denied, fmt::format("connecting to {} is not permitted here: {}", peer, error.message())};
  return {reason::internal, fmt::format("no connection to {}: {}", peer, error.message())};
}

bool tells_more(const failure& a, const failure& b) { return rank(a.why) > rank(b.why); }

failure explain_broken(const boost::system::error_code& error, phase p, std::size_t answered,
                       std::chrono::nanoseconds budget) {
  if (error == errors::timed_out && p == phase::handshake && answered != 0)
    return {reason::timeout, fmt::format("the answer to the WebSocket handshake stopped after {} bytes, within {}",
                                         answered, human_duration(budget))};
  if (error == errors::timed_out) return timed_out(p, budget);
  // TLS 1.3 lets a client find out about a missing client certificate only now.
  if (error.category() == errors::get_ssl_category()) return {reason::tls, explain_tls(error, 0, "")};
  const bool dropped = error == errors::connection_reset || error == errors::broken_pipe;
  if (!dropped && error != errors::eof)
    return {reason::internal, fmt::format("the connection failed {}: {}", words_of(p).during, error.message())};
  const std::string_view how = dropped ? "dropped" : "closed";
  // A proxy whose backend is down accepts and hangs up: nobody is there, rather than somebody who misbehaves.
  if (p == phase::handshake && answered == 0)
    return {reason::refused, fmt::format("the server {} the connection without an answer", how)};
  return {reason::protocol, fmt::format("the server {} the connection {}", how, words_of(p).during)};
}

failure explain_close(const event& close, phase p, const secret_list& secrets) {
  const auto during = words_of(p).during;
  const auto code = close.close_code();
  if (!code) return {reason::refused, fmt::format("the server closed the WebSocket {}, without a code", during)};
  const auto* known = std::ranges::find(close_table, *code, &close_row::code);
  failure out{reason::refused, fmt::format("the server closed the WebSocket {} with code {}", during, *code)};
  if (known != close_table.end()) {
    out.why = known->why;
    out.sentence += fmt::format(" ({})", known->meaning);
  }
  const auto words = shown_peer_text(close.close_reason(), secrets);
  if (!words.empty()) out.sentence += fmt::format(": '{}'", words);
  return out;
}

}  // namespace telltale::websocket
