#include "net/network_options.hpp"

namespace telltale::net {

const options_of<network_options>& network_options::declared() {
  static const auto options =
      options_of<network_options>()
          .optional("ip", &network_options::ip, "Use only the IPv4 or only the IPv6 addresses of a name.")
          .optional("latency", &network_options::latency,
                    "Limit on the duration of the whole run: name lookup, connection, TLS and every answer.");
  return options;
}

}  // namespace telltale::net
