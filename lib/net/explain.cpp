// Implements the mapping from errors to reasons and sentences.
#include "net/explain.hpp"

#include <array>

#include <fmt/format.h>
#include <boost/asio/error.hpp>

#include <telltale/units.hpp>

#include "net/tls_failure.hpp"

namespace telltale::net {
namespace {

namespace errors = boost::asio::error;
namespace errc = boost::system::errc;

int rank(reason why) {
  switch (why) {
    case reason::refused:
      return 3;  // a host answered
    case reason::timeout:
      return 2;
    case reason::unreachable:
      return 1;
    default:
      return 0;
  }
}

bool was_dropped(const boost::system::error_code& error) {
  return error == errors::connection_reset || error == errors::connection_aborted || error == errors::broken_pipe;
}

}  // namespace

const phase_words& words_of(phase p) {
  static constexpr std::array<phase_words, 3> words{{{"no address for the host name", "while its name was looked up"},
                                                     {"no connection", "while connecting"},
                                                     {"no end of the TLS handshake", "during the TLS handshake"}}};
  return words[static_cast<std::size_t>(p)];
}

finding failure(reason why, std::string sentence) { return {verdict::fail, why, std::move(sentence)}; }

finding timed_out(const phase_words& words, std::chrono::nanoseconds budget) {
  return failure(reason::timeout, fmt::format("{} within {}", words.missing, human_duration(budget)));
}

finding explain_connect(const boost::system::error_code& error, const std::string& peer,
                        std::chrono::nanoseconds budget) {
  if (error == errors::timed_out)
    return failure(reason::timeout, fmt::format("no connection to {} within {}", peer, human_duration(budget)));
  if (error == errors::connection_refused)
    return failure(reason::refused, fmt::format("{} refused the connection: nothing listens there{}", peer,
                                                peer.starts_with("unix:") ? "" : ", or a firewall rejects it"));
  if (error == errc::no_such_file_or_directory || error == errc::not_a_directory)
    return failure(reason::missing, fmt::format("{} does not exist", peer));
  if (error == errors::network_unreachable || error == errors::host_unreachable || error == errors::network_down ||
      error == errc::address_not_available)
    return failure(reason::unreachable, fmt::format("{} cannot be reached: {}", peer, error.message()));
  if (was_dropped(error))
    return failure(reason::refused, fmt::format("{} dropped the connection while it was being made", peer));
  if (error == errors::access_denied || error == errc::operation_not_permitted)
    return failure(reason::denied, fmt::format("connecting to {} is not permitted here: {}", peer, error.message()));
  return failure(reason::internal, fmt::format("no connection to {}: {}", peer, error.message()));
}

bool tells_more(const finding& a, const finding& b) { return rank(a.reason) > rank(b.reason); }

finding explain_broken(const boost::system::error_code& error, const phase_words& words, bool answered,
                       std::chrono::nanoseconds budget) {
  if (error == errors::timed_out) return timed_out(words, budget);
  // With TLS 1.3 the client receives the error for a missing client certificate only after the handshake.
  if (error.category() == tls_category()) return failure(reason::tls, error.message());
  const bool dropped = was_dropped(error);
  if (!dropped && error != errors::eof)
    return failure(reason::internal, fmt::format("the connection failed {}: {}", words.during, error.message()));
  const std::string_view how = dropped ? "dropped" : "closed";
  if (!answered) return failure(reason::refused, fmt::format("the server {} the connection without an answer", how));
  return failure(reason::protocol, fmt::format("the server {} the connection {}", how, words.during));
}

}  // namespace telltale::net
