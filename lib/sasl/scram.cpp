// Implements the messages and keys of RFC 5802 section 3 and 5.
#include "sasl/scram.hpp"

#include <algorithm>
#include <cassert>
#include <optional>
#include <utility>

#include "base/base64.hpp"
#include "base/words.hpp"

namespace telltale::sasl {
namespace {

constexpr std::string_view without_channel_binding = "n,,";
constexpr std::uint32_t iterations_a_step = 256;

finding refuse(reason why, std::string_view what) {
  return {verdict::fail, why, "the server's SCRAM message " + std::string(what)};
}

/// saslname: a comma and an equals sign are written as escape sequences.
std::string escaped(std::string_view user) {
  std::string out;
  for (const char c : user) {
    if (c == ',') out += "=2C";
    else if (c == '=') out += "=3D";
    else out += c;
  }
  return out;
}

std::string combined(std::string a, std::string_view b) {
  for (std::size_t i = 0; i < a.size(); ++i) a[i] = static_cast<char>(a[i] ^ b[i]);
  return a;
}

/// The value of the attribute that must come next, as in "r=...".
std::optional<std::string_view> take_attribute(std::string_view& message, std::string_view name) {
  auto part = take_until(message, ',');
  if (!part.starts_with(name)) return std::nullopt;
  part.remove_prefix(name.size());
  return part;
}

/// printable: ASCII without a comma.
bool is_nonce(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~' && c != ','; });
}

}  // namespace

scram_sha256::scram_sha256(std::string user, std::string password, std::string nonce)
    : user_(escaped(user)), nonce_(std::move(nonce)), password_(password) {}

std::string scram_sha256::client_first() const {
  return std::string(without_channel_binding) + "n=" + user_ + ",r=" + nonce_;
}

finding scram_sha256::challenge(std::string_view server_first) {
  if (!server_first_.empty()) return refuse(reason::protocol, "comes twice");
  auto rest = server_first;
  const auto nonce = take_attribute(rest, "r=");
  const auto salt_text = take_attribute(rest, "s=");
  const auto count_text = take_attribute(rest, "i=");
  if (!nonce || !salt_text || !count_text) return refuse(reason::protocol, "has no nonce, salt and iteration count");
  if (nonce->size() <= nonce_.size() || !nonce->starts_with(nonce_) || !is_nonce(*nonce))
    return refuse(reason::protocol, "does not continue the client's nonce");
  const auto salt = from_base64(*salt_text);
  if (!salt || salt->empty()) return refuse(reason::protocol, "has an invalid salt");
  const auto count = number_in<std::uint32_t>(*count_text);
  if (!count || *count == 0) return refuse(reason::protocol, "has an invalid iteration count");
  if (*count > most_iterations) return refuse(reason::protocol, "asks for more than 1000000 iterations");
  server_first_ = server_first;
  server_nonce_ = *nonce;
  last_ = password_(*salt + std::string("\0\0\0\1", 4));
  salted_ = last_;
  iterations_left_ = *count - 1;
  return {};
}

bool scram_sha256::derive() {
  const auto step = std::min(iterations_left_, iterations_a_step);
  for (std::uint32_t i = 0; i < step; ++i) {
    last_ = password_(last_);
    salted_ = combined(std::move(salted_), last_);
  }
  iterations_left_ -= step;
  return iterations_left_ == 0;
}

std::string scram_sha256::client_final() {
  assert(iterations_left_ == 0 && !salted_.empty());
  const auto without_proof = "c=" + base64(without_channel_binding) + ",r=" + server_nonce_;
  const auto signed_text = "n=" + user_ + ",r=" + nonce_ + "," + server_first_ + "," + without_proof;
  hmac_sha256 by_password(salted_);
  const auto client_key = by_password("Client Key");
  hmac_sha256 by_stored_key(sha256(client_key));
  hmac_sha256 by_server_key(by_password("Server Key"));
  signature_ = by_server_key(signed_text);
  return without_proof + ",p=" + base64(combined(client_key, by_stored_key(signed_text)));
}

finding scram_sha256::verify(std::string_view server_final) {
  auto rest = server_final;
  if (rest.starts_with("e=")) return refuse(reason::auth, "refuses the credentials");
  const auto text = take_attribute(rest, "v=");
  const auto signature = text ? from_base64(*text) : std::nullopt;
  if (!signature || signature_.empty()) return refuse(reason::protocol, "has no signature");
  verified_ = equal_secrets(*signature, signature_);
  if (verified_) return {};
  return {verdict::fail, reason::auth, "the server does not know the password itself: its SCRAM signature is wrong"};
}

}  // namespace telltale::sasl
