// A certificate that is renewed while the server runs.
#pragma once

#include <sys/stat.h>

#include <array>
#include <memory>
#include <string>

#include "http_server/tls.hpp"

namespace telltale {

/// Holds the newest pair of certificate and key that was good. Handshakes take what is current when they begin, open
/// connections keep what they have.
class tls_renewal {
 public:
  /// Reads both files; throws what make_tls_context throws.
  explicit tls_renewal(tls_files);

  const std::shared_ptr<tls_context>& current() const { return current_; }

  /// Two stats; when a file is not the one it was, both are read again. A pair that is no good - half renewed, perhaps
  /// - is said once and tried again at the next look; meanwhile the old one is used. Throws nothing.
  ///
  /// The files are read on the loop, as at the start: they are the program's own, not something it watches.
  void look() noexcept;

 private:
  using stamps = std::array<struct stat, 2>;
  static stamps stamps_of(const tls_files&);
  static bool same(const struct stat&, const struct stat&);
  void renew();
  void warn_of_validity() const;

  tls_files files_;
  stamps seen_;
  std::shared_ptr<tls_context> current_;
  std::string complaint_;  ///< why the files as they are now are no good; empty: they are current
};

}  // namespace telltale
