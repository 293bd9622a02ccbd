// Computes the response of a WebSocket server to the key of a handshake with OpenSSL.
#pragma once

#include <string>
#include <string_view>

#include <openssl/evp.h>
#include <openssl/sha.h>

namespace telltale::fakes {

/// The Sec-WebSocket-Accept for a Sec-WebSocket-Key (RFC 6455 section 4.2.2, item 5.4).
inline std::string accept_for(std::string_view key) {
  const auto text = std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  unsigned char digest[SHA_DIGEST_LENGTH];
  ::SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest);
  unsigned char out[32];
  const int length = ::EVP_EncodeBlock(out, digest, sizeof digest);
  return {reinterpret_cast<const char*>(out), static_cast<std::size_t>(length)};
}

}  // namespace telltale::fakes
