// The client's side of SCRAM-SHA-256 (RFC 5802, RFC 7677), without I/O and without channel binding.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <telltale/finding.hpp>

#include "sasl/digest.hpp"

namespace telltale::sasl {

/// A server that asks for more is refused: PostgreSQL and Kafka use 4096 by default.
inline constexpr std::uint32_t most_iterations = 1'000'000;

/// The steps in their order. A finding that fails ends the exchange; its sentence contains no secret.
///
/// The password is used as it is. For ASCII this is what SASLprep (RFC 4013) prescribes, and what servers store that
/// do as PostgreSQL does with a text that SASLprep prohibits. Other characters have to be in Unicode's form NFKC.
class scram_sha256 {
 public:
  /// `nonce` is used once: random, printable and without commas, such as base64 of 18 random bytes.
  scram_sha256(std::string user, std::string password, std::string nonce);

  /// The first message to the server.
  std::string client_first() const;
  /// Reads the server's first message.
  finding challenge(std::string_view server_first);
  /// Derives the keys in steps, each well below a millisecond; true when there is nothing left to do.
  bool derive();
  /// The second message to the server, after `derive`.
  std::string client_final();
  /// Reads the server's second message. It passes only when the server knows the password's keys, too.
  finding verify(std::string_view server_final);
  /// Whether `verify` has passed.
  bool verified() const { return verified_; }

 private:
  std::string user_;
  std::string nonce_;
  hmac_sha256 password_;
  std::string server_first_;
  std::string server_nonce_;
  std::uint32_t iterations_left_ = 0;
  std::string last_;    ///< of the iterations
  std::string salted_;  ///< SaltedPassword, once there are no iterations left
  std::string signature_;
  bool verified_ = false;
};

}  // namespace telltale::sasl
