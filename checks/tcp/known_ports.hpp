// Advice for ports of databases and brokers, which a TCP connection alone disturbs or says little about.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace telltale::tcp {

/// A hint for a check of this address, or empty. `asks`: the check expects a text or a TLS handshake, not only a
/// connection.
std::string known_port_hint(std::string_view host, std::uint16_t port, bool asks);

}  // namespace telltale::tcp
