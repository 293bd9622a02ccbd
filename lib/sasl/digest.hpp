// Digests, message authentication codes and random bytes, by OpenSSL.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

struct evp_mac_ctx_st;

namespace telltale::sasl {

// Every function throws std::runtime_error when OpenSSL does not provide it.

std::string sha256(std::string_view);

/// In lower-case hexadecimal digits. Not provided where OpenSSL is restricted to FIPS algorithms.
std::string md5_hex(std::string_view);

std::string random_bytes(std::size_t);

/// Whether two texts are equal, in a time that does not depend on where they differ.
bool equal_secrets(std::string_view, std::string_view);

/// HMAC-SHA-256 (RFC 2104) with one key, for any number of texts.
class hmac_sha256 {
 public:
  explicit hmac_sha256(std::string_view key);
  std::string operator()(std::string_view text);

 private:
  struct release {
    void operator()(evp_mac_ctx_st*) const;
  };
  std::unique_ptr<evp_mac_ctx_st, release> context_;
};

}  // namespace telltale::sasl
