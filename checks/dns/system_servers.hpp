// The blocking part of the dns check: reads the name servers of the system.
#pragma once

#include <string_view>
#include <vector>

#include <telltale/check.hpp>

#include "dns/name_server.hpp"
#include "dns/options.hpp"

namespace telltale::dns {

/// Passes with the name servers of /etc/resolv.conf as its message, separated by spaces. As in the C library, no file
/// means the server of this machine. The file may be on a mount that hangs, so only a worker reads it.
class system_servers final : public blocking_check {
 public:
  explicit system_servers(dns_options) {}
  outcome probe(probe_context&) override;
};

/// The servers in that message.
std::vector<name_server> servers_in(std::string_view message);

}  // namespace telltale::dns
