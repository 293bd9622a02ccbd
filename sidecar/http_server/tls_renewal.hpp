// Reloads the certificate when its files are renewed.
#pragma once

#include <sys/stat.h>

#include <array>
#include <memory>
#include <string>

#include "http_server/tls.hpp"

namespace telltale {

/// Holds the latest valid pair of certificate and key. Handshakes use the current pair; open connections keep theirs.
class tls_renewal {
 public:
  /// Reads both files; throws what make_tls_context throws.
  explicit tls_renewal(tls_files);

  const std::shared_ptr<tls_context>& current() const { return current_; }

  /// Compares the stamps of both files and reads them again when one has changed. An invalid pair, such as one half
  /// renewed, is logged once and retried at the next check; the old pair stays in use. Does not throw.
  ///
  /// The files are read on the loop as at the start: they belong to the program, and are not a checked target.
  void check_files() noexcept;

 private:
  using stamps = std::array<struct stat, 2>;
  static stamps stamps_of(const tls_files&);
  static bool same(const struct stat&, const struct stat&);
  void renew();
  void warn_of_validity() const;

  tls_files files_;
  stamps seen_;
  std::shared_ptr<tls_context> current_;
  std::string complaint_;  ///< why the current files are invalid; empty: they are in use
};

}  // namespace telltale
