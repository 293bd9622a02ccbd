// Maps an error and the phase in which it occurred to a reason and a sentence. No I/O.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include <boost/system/error_code.hpp>

#include <telltale/finding.hpp>

namespace telltale::net {

/// The phases at the start of every connection; the protocol defines those that follow.
enum class phase : std::uint8_t { resolve, connect, tls };

/// The wording for a phase, including those of a protocol: "`missing` within 2 s" and "the server closed the connection
/// `during`".
struct phase_words {
  std::string_view missing;  ///< e.g. "no reply"
  std::string_view during;   ///< e.g. "before its reply"
};
const phase_words& words_of(phase);

finding failure(reason, std::string sentence);

/// The phase did not end in time. `budget` is the time limit of the whole probe.
finding timed_out(const phase_words&, std::chrono::nanoseconds budget);

/// No connection to `peer` ("127.0.0.1:8000", "unix:/run/app.sock").
finding explain_connect(const boost::system::error_code&, const std::string& peer, std::chrono::nanoseconds budget);

/// Whether failure `a` of one address is more informative about the server than failure `b` of another.
bool tells_more(const finding& a, const finding& b);

/// An open connection was lost. `answered`: the server had sent data before, so it is up and misbehaves. A proxy whose
/// backend is down accepts and closes without sending data.
finding explain_broken(const boost::system::error_code&, const phase_words&, bool answered,
                       std::chrono::nanoseconds budget);

}  // namespace telltale::net
