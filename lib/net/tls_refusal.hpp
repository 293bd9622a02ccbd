// Waits for the server's verdict on the client's certificate, which TLS 1.3 sends after the handshake.
#pragma once

#include <boost/asio/awaitable.hpp>

#include <telltale/finding.hpp>

#include "net/run.hpp"
#include "net/stream.hpp"
#include "net/tls_client.hpp"
#include "net/tls_facts.hpp"

namespace telltale::net {

/// Whether the server can still refuse the client's certificate, or the lack of one, after the handshake.
bool may_refuse(const tls_facts&);

/// What the end of such a connection means, when the server has sent nothing on it: `tls` for an alert and for a closed
/// or dropped connection, otherwise a pass.
finding judge_refusal(const error_code&, const tls_client&);

/// Waits at most 750 ms, when the server `may_refuse`, and ends the sending side. A server that stays silent passes.
/// The remark of the run says that a certificate is asked for when the client has none. The last step before `close`.
boost::asio::awaitable<finding> await_refusal(run&, stream&, const tls_client&, const tls_facts&);

}  // namespace telltale::net
