// The blocking part of the http check: finds out in a worker whether the secrets can be read again.
#pragma once

#include <telltale/check.hpp>

#include "http/options.hpp"

namespace telltale::web {

/// Passes when every secret has been read. A path may be on a mount that hangs, which only a worker may find out.
class secrets_part final : public blocking_check {
 public:
  explicit secrets_part(http_options options) : options_(std::move(options)) {}
  outcome probe(probe_context&) override;

 private:
  http_options options_;
};

}  // namespace telltale::web
