// Reads the secrets of a request in a worker, before they are read again (net/renewal.hpp).
#pragma once

#include <telltale/check.hpp>

#include "http/request_options.hpp"

namespace telltale::http {

/// Whether the request has a secret, which may have been replaced since it was read.
bool has_secrets(const request_options&);

/// Reads the secrets and drops them; fails when one cannot be read.
outcome try_secrets(const request_options&);

/// The blocking part of a check type whose secrets are those of its request: passes when they can be read. A path may
/// be on a mount that hangs, which only a worker may find out. `Options` has them as `request`.
template <class Options>
class secrets_part final : public blocking_check {
 public:
  explicit secrets_part(const Options& options) : options_(options.request) {}
  outcome probe(probe_context&) override { return try_secrets(options_); }

 private:
  request_options options_;
};

}  // namespace telltale::http
