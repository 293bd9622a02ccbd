// The blocking part of the tls check: reads which certificate the server should present.
#pragma once

#include <telltale/check.hpp>

#include "tls/options.hpp"

namespace telltale {

/// Passes with the identity of the first certificate in `file` as its message (`net::identity_of`).
class served_file final : public blocking_check {
 public:
  explicit served_file(tls_check_options);
  outcome probe(probe_context&) override;

 private:
  std::string path_;
};

}  // namespace telltale
