// Loads what a tcp check needs before its first run.
#include "tcp/plan.hpp"

#include <utility>

namespace telltale {

tcp_plan::tcp_plan(tcp_options chosen)
    : options(std::move(chosen)), target{options.address, options.network.ip, {}, options.starttls} {
  if (options.uses_tls()) target.tls = net::make_tls_client(options.security, options.address.host);
  if (options.send) send = options.send->reveal();
  if (options.send && !options.send->secret.empty()) secrets.push_back(send);
}

}  // namespace telltale
