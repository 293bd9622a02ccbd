// Recognises the protocol of a server that does not speak TLS by its first bytes. No I/O.
#pragma once

#include <string_view>

namespace telltale::net {

/// "HTTP", "SSH", "SMTP or FTP", ...; empty when unknown. Five bytes decide, because OpenSSL rejects the sixth: the
/// answer must not depend on how the bytes arrive.
std::string_view spoken_protocol(std::string_view first_bytes);

}  // namespace telltale::net
