// What an error means in the phase it happened in: reason and sentence, from values only.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include <boost/system/error_code.hpp>

#include <telltale/finding.hpp>

namespace telltale::net {

/// The phases that every conversation begins with; what follows them belongs to its protocol.
enum class phase : std::uint8_t { resolve, connect, tls };

/// How sentences describe a phase, also one of a protocol: "`missing` within 2 s" and "the server closed the
/// connection `during`".
struct phase_words {
  std::string_view missing;  ///< e.g. "no reply"
  std::string_view during;   ///< e.g. "before its reply"
};
const phase_words& words_of(phase);

finding failure(reason, std::string sentence);

/// The phase did not end in time. `budget` is what the whole probe was given.
finding timed_out(const phase_words&, std::chrono::nanoseconds budget);

/// No connection to `peer` ("127.0.0.1:8000", "unix:/run/app.sock").
finding explain_connect(const boost::system::error_code&, const std::string& peer, std::chrono::nanoseconds budget);

/// Of several addresses' failures, whether `a` says more about the server than `b` does.
bool tells_more(const finding& a, const finding& b);

/// An open connection broke. `answered`: the server has sent something by then, so that it is there and misbehaves; a
/// proxy whose backend is down accepts and hangs up.
finding explain_broken(const boost::system::error_code&, const phase_words&, bool answered,
                       std::chrono::nanoseconds budget);

}  // namespace telltale::net
