// Explains close frames and protocol violations as reason and sentence. No I/O.
#pragma once

#include <cstdint>
#include <string_view>

#include <boost/system/error_code.hpp>

#include <telltale/finding.hpp>

#include "base/peer_text.hpp"
#include "http/first_bytes.hpp"
#include "net/explain.hpp"

namespace telltale::websocket {

using net::failure;
inline bool is_failure(const finding& f) { return f.verdict != verdict::pass; }

inline constexpr http::client_words client{"wss://", "a WebSocket needs HTTP/1.1"};

/// The phases of a run that follow those of `net::dial`.
inline constexpr net::phase_words handshake_phase{"no answer to the WebSocket handshake",
                                                  "during the WebSocket handshake"};
inline constexpr net::phase_words ping_phase{"no pong", "before its pong"};
inline constexpr net::phase_words send_phase{"the message could not be sent", "while the message was sent"};
inline constexpr net::phase_words reply_phase{"no reply", "before its reply"};

/// The finding for a close frame in this phase; the code 0 means that it has none. The server's text is shown as by
/// `shown_peer_text`.
finding explain_close(std::uint16_t code, std::string_view words, const net::phase_words&, const secret_list&);

/// The rule of RFC 6455 that the server violated, for an error of Beast's WebSocket; empty for other errors.
std::string_view explain_violation(const boost::system::error_code&);

}  // namespace telltale::websocket
