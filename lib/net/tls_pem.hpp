// Reads certificates and private keys from the text of PEM files, and recognises other content. No I/O.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <telltale/reason.hpp>

#include "net/tls_certificate.hpp"

namespace telltale::net {

/// Why a text cannot be used: `corrupt` for damaged or missing content, `mismatch` for other content.
struct pem_fault {
  telltale::reason reason = reason::ok;
  std::string words;  ///< follow the path and a colon

  explicit operator bool() const { return reason != reason::ok; }
};

struct pem_certificates {
  std::vector<certificate_ptr> all;  ///< in the order of the file; empty when there is a fault
  pem_fault fault;
};

/// Every certificate of the text; other blocks, such as keys, are skipped. One damaged block is a fault of the whole.
pem_certificates certificates_in(std::string_view text);

struct pem_key {
  key_ptr key;  ///< empty exactly when there is a fault
  pem_fault fault;
};

/// The first private key of the text. An encrypted one is a fault: nobody is asked for a passphrase.
pem_key key_in(std::string_view text);

}  // namespace telltale::net
