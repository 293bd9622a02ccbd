// The blocking part of the postgres check: finds out in a worker whether the secrets can be read again.
#pragma once

#include <telltale/check.hpp>

#include "postgres/options.hpp"

namespace telltale::postgres {

/// Passes when every secret and certificate has been read. A path may be on a mount that hangs, which only a worker may
/// find out.
class secrets_part final : public blocking_check {
 public:
  explicit secrets_part(postgres_options options) : options_(std::move(options)) {}
  outcome probe(probe_context&) override;

 private:
  postgres_options options_;
};

}  // namespace telltale::postgres
