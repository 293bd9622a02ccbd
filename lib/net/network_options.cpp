#include "net/network_options.hpp"

namespace telltale::net {

options_of<network_options> network_options::declared() {
  using self = network_options;
  return options_of<self>()
      .optional("ip", &self::ip, "Use only the IPv4 or only the IPv6 addresses of a name.")
      .optional("latency", &self::latency,
                "Limit on the duration of the whole run: name lookup, connection, TLS and every answer.");
}

}  // namespace telltale::net
