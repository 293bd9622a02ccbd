// Opens a stream to an endpoint: resolve, connect, clear text before TLS, TLS handshake.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include <telltale/check_type.hpp>
#include <telltale/finding.hpp>

#include "net/endpoint.hpp"
#include "net/explain.hpp"
#include "net/network_options.hpp"
#include "net/run.hpp"
#include "net/starttls.hpp"
#include "net/stream.hpp"
#include "net/tls_client.hpp"
#include "net/tls_facts.hpp"

namespace telltale::net {

/// A prepared endpoint; created once per check.
struct target {
  endpoint to;
  ip_version ip = ip_version::any;
  std::optional<tls_client> tls;
  std::optional<net::starttls> starttls;  ///< how TLS begins, with `tls`; at once when empty
  bool tls_optional = false;              ///< with `starttls`: a server that does not offer TLS is used without it
};

struct dialed {
  std::unique_ptr<stream> line;  ///< empty exactly when `failed` is a failure
  phase where = phase::resolve;  ///< the last phase that was begun
  finding failed;                ///< the sentence does not name the target
  tls_facts facts;               ///< of the handshake, with TLS
};

/// All phases end at `run.until`, which is also the deadline of the stream. At most 8 addresses are tried, each for an
/// equal share of the remaining time. The duration of every successful phase is measured. A certificate that expires
/// soon is a finding of the run. Both arguments must outlive the coroutine.
boost::asio::awaitable<dialed> dial(run&, const target&);

/// Starts TLS on an open stream, like the last phase of `dial`; on failure the stream is closed. On success `facts` is
/// set, unless it is null.
boost::asio::awaitable<finding> start_tls(run&, std::unique_ptr<stream>&, const tls_client&,
                                          tls_facts* facts = nullptr);

/// Measures and judges when `run.certificate` expires; `start_tls` does it for a new connection.
void judge_certificate(run&, const expiry_limit&);

/// Declarations of what `dial` measures.
std::vector<measurement_info> dial_measurements(bool with_tls = true);

}  // namespace telltale::net
