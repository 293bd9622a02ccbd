// Builds the opening handshake; the key and its answer come from OpenSSL.
#include "websocket/request.hpp"

#include <array>
#include <stdexcept>

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

#include "websocket/text.hpp"

namespace telltale::websocket {
namespace {

const unsigned char* as_bytes(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

std::string base64(std::string_view bytes) {
  std::string out(4 * ((bytes.size() + 2) / 3) + 1, '\0');  // EVP_EncodeBlock adds a NUL
  const int length =
      ::EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()), as_bytes(bytes), static_cast<int>(bytes.size()));
  out.resize(static_cast<std::size_t>(length));
  return out;
}

}  // namespace

std::string host_header(const url& target, const std::string& name) {
  const auto host = name.find(':') == std::string::npos ? name : "[" + name + "]";
  const int usual = target.scheme == "wss" ? 443 : 80;
  return target.port == usual ? host : fmt::format("{}:{}", host, target.port);
}

std::string random_bytes(std::size_t count) {
  std::string out(count, '\0');
  if (::RAND_bytes(reinterpret_cast<unsigned char*>(out.data()), static_cast<int>(count)) != 1)
    throw std::runtime_error("the system's random number generator failed");
  return out;
}

std::string make_key() { return base64(random_bytes(16)); }

std::string accept_for(std::string_view key) {
  const auto text = std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  std::array<unsigned char, SHA_DIGEST_LENGTH> digest{};
  ::SHA1(as_bytes(text), text.size(), digest.data());
  return base64({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

std::string make_request(std::string_view target, std::string_view host, std::string_view key,
                         std::string_view subprotocols, const header_list& headers) {
  auto out = fmt::format(
      "GET {} HTTP/1.1\r\nHost: {}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {}\r\n",
      target, host, key);
  if (!subprotocols.empty()) out += fmt::format("Sec-WebSocket-Protocol: {}\r\n", subprotocols);
  bool named = false;
  for (const auto& [name, value] : headers) {
    out += fmt::format("{}: {}\r\n", name, value);
    named = named || equal_ignoring_case(name, "user-agent");
  }
  if (!named) out += "User-Agent: telltale\r\n";
  return out + "\r\n";
}

}  // namespace telltale::websocket
