// The client's side of a login: what to send when the server asks for credentials. No I/O.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <telltale/finding.hpp>

#include "postgres/plan.hpp"
#include "sasl/scram.hpp"

namespace telltale::postgres {

/// Answers the messages of type R in their order. SCRAM-SHA-256, md5 and, where it may be read, a password in clear
/// text; a server that asks for nothing is accepted.
class authentication {
 public:
  /// `login` must outlive it.
  explicit authentication(const credentials& login) : login_(login) {}

  struct step {
    finding failed;
    std::string send;
    bool derive = false;  ///< call `derive` until it is true, and send `proof`
    bool done = false;    ///< the server has accepted the login
  };
  step answer(std::string_view payload);
  bool derive() { return scram_->derive(); }
  std::string proof();

 private:
  step accept() const;
  step begin_scram(std::string_view mechanisms);

  const credentials& login_;
  std::optional<sasl::scram_sha256> scram_;
  bool asked_ = false;
};

}  // namespace telltale::postgres
