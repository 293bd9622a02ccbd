// What an error means in the phase it happened in: reason and sentence, from values only.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

#include <boost/system/error_code.hpp>

#include "websocket/failure.hpp"
#include "websocket/frame.hpp"
#include "base/peer_text.hpp"

namespace telltale::websocket {

enum class phase : std::uint8_t { resolve, connect, tls, handshake, send, ping, reply };

/// The phase did not end in time. `budget` is what the whole probe was given.
failure timed_out(phase, std::chrono::nanoseconds budget);

/// No connection to `peer` ("127.0.0.1:8000").
failure explain_connect(const boost::system::error_code&, const std::string& peer, std::chrono::nanoseconds budget);

/// Of several addresses' failures, whether `a` says more about the server than `b` does.
bool tells_more(const failure& a, const failure& b);

/// An established connection broke. `answered` bytes had been received in this phase.
failure explain_broken(const boost::system::error_code&, phase, std::size_t answered, std::chrono::nanoseconds budget);

/// The server sent a close frame instead of what was waited for. Its own words are shown as `shown_peer_text` has them.
failure explain_close(const event& close, phase, const secret_list&);

}  // namespace telltale::websocket
