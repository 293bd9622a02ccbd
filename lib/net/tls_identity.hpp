// A certificate and its private key from files, for a client as well as a server.
#pragma once

#include <cstdint>
#include <string>

struct ssl_ctx_st;

namespace telltale::net {

struct identity_fault {
  enum class file_t : std::uint8_t { none, certificate, key };
  file_t file = file_t::none;  ///< the one that is wrong
  std::string why;             ///< follows its path and a colon
};

/// Loads both: regular files in PEM form, the certificate with its chain, the key without a passphrase. Reads files:
/// not for use inside a probe.
identity_fault use_identity(ssl_ctx_st*, const std::string& certificate, const std::string& key);

/// What is wrong with a PEM file that OpenSSL is about to open, or nothing: it would block on a FIFO.
std::string pem_file_problem(const std::string& path);

}  // namespace telltale::net
