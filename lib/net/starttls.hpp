// Protocols whose connection begins in clear text and changes to TLS on request.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include <boost/asio/awaitable.hpp>

#include <telltale/check_type.hpp>
#include <telltale/finding.hpp>

#include "net/run.hpp"
#include "net/stream.hpp"

namespace telltale {
namespace net {

/// SMTP (RFC 3207), IMAP (RFC 9051 section 6.2.1), PostgreSQL (SSLRequest of its frontend protocol).
enum class starttls : std::uint8_t { smtp, imap, postgres };

/// Conducts the part in clear text, up to the server's consent; then `start_tls` may begin. At most 16 KiB are read.
/// Data behind the consent is refused: it may have been injected by somebody between the two. Measures
/// `starttls_seconds`. The reason is `tls` exactly when the server does not offer TLS: the conversation in clear text
/// may then go on. The arguments must outlive the coroutine.
boost::asio::awaitable<finding> negotiate_starttls(run&, stream&, starttls);

/// The declaration of what is measured.
measurement_info starttls_measurement();

}  // namespace net

template <>
struct choices<net::starttls> {
  static constexpr std::array<std::string_view, 3> names{"smtp", "imap", "postgres"};
};

}  // namespace telltale
