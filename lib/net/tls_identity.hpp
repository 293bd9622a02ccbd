// Loads a certificate and its private key from files, for clients and servers.
#pragma once

#include <cstdint>
#include <string>

struct ssl_ctx_st;

namespace telltale::net {

struct identity_fault {
  enum class file_t : std::uint8_t { none, certificate, key };
  file_t file = file_t::none;  ///< the invalid file
  std::string why;             ///< follows its path and a colon
};

/// Loads both: regular files in PEM form, the certificate with its chain, the key without a passphrase. Reads files:
/// not for use inside a probe.
identity_fault use_identity(ssl_ctx_st*, const std::string& certificate, const std::string& key);

}  // namespace telltale::net
