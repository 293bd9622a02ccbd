// Builds the chain from a certificate to a trusted one, outside of a handshake. No I/O.
#pragma once

#include <string>
#include <vector>

#include "net/tls_certificate.hpp"

namespace telltale::net {

struct certificate_chain {
  /// From the certificate to the trusted one; the pointers belong to the arguments. Empty when there is a problem.
  std::vector<x509_st*> certificates;
  std::string problem;  ///< why there is no chain, as it follows a path and a colon
};

/// The chain of the first certificate, by way of the others, to one of `trusted`. Dates are not verified.
certificate_chain chain_of(const std::vector<certificate_ptr>& certificates,
                           const std::vector<certificate_ptr>& trusted);

}  // namespace telltale::net
