// Implements the requests of the manual's chapter "Start-up", and "SASL Authentication".
#include "postgres/authentication.hpp"

#include <cstdint>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include "base/base64.hpp"
#include "net/explain.hpp"
#include "postgres/message.hpp"

namespace telltale::postgres {
namespace {

enum request : std::uint32_t {
  ok = 0,
  kerberos_5 = 2,
  clear_text = 3,
  md5 = 5,
  gssapi = 7,
  sspi = 9,
  sasl_begin = 10,
  sasl_continue = 11,
  sasl_final = 12,
};
constexpr std::string_view mechanism = "SCRAM-SHA-256";
constexpr std::size_t nonce_bytes = 18;

authentication::step failed(reason why, std::string sentence) {
  return {net::failure(why, std::move(sentence)), "", false, false};
}
authentication::step malformed() {
  return failed(reason::protocol, "the server's request for credentials is malformed");
}
authentication::step to_send(std::string bytes) { return {{}, std::move(bytes), false, false}; }

/// md5(md5(password + user) + salt), so that the password itself is not sent.
std::string md5_answer(const credentials& login, std::string_view salt) {
  return "md5" + sasl::md5_hex(sasl::md5_hex(login.password + login.user) + std::string(salt));
}

bool offers(std::string_view mechanisms, std::string_view wanted) {
  field_reader names(mechanisms);
  for (auto name = names.text(); names.good() && !name.empty(); name = names.text())
    if (name == wanted) return true;
  return false;
}

authentication::step unsupported(std::uint32_t code) {
  const auto name = code == kerberos_5 ? "Kerberos"
                    : code == gssapi   ? "GSSAPI"
                    : code == sspi     ? "SSPI"
                                       : "an unknown method";
  return failed(
      reason::auth,
      fmt::format("the server asks for {}, and telltale logs in with SCRAM-SHA-256, md5 or a password", name));
}

}  // namespace

authentication::step authentication::accept() const {
  if (scram_ && !scram_->verified())
    return failed(reason::protocol, "the server accepts the login without having proved that it knows the password");
  step out;
  out.done = true;
  return out;
}

authentication::step authentication::begin_scram(std::string_view mechanisms) {
  if (!offers(mechanisms, mechanism))
    return failed(reason::auth, "the server offers no SASL mechanism that telltale knows, which is SCRAM-SHA-256");
  scram_.emplace("", login_.password, base64(sasl::random_bytes(nonce_bytes)));  // the user is in the startup message
  return to_send(sasl_initial_response(mechanism, scram_->client_first()));
}

authentication::step authentication::answer(std::string_view payload) try {
  field_reader fields(payload);
  const auto code = fields.int32();
  if (!fields.good()) return malformed();
  if (code == ok) return fields.complete() ? accept() : malformed();
  if (code == sasl_continue || code == sasl_final) {
    if (!scram_) return malformed();
    auto found = code == sasl_final ? scram_->verify(fields.left()) : scram_->challenge(fields.left());
    const bool derives = code == sasl_continue && found.verdict == verdict::pass;
    return {std::move(found), "", derives, false};
  }
  if (std::exchange(asked_, true)) return failed(reason::protocol, "the server asks for credentials twice");
  if (code != clear_text && code != md5 && code != sasl_begin) return unsupported(code);
  if (login_.password.empty()) return failed(reason::auth, "the server asks for a password, and none is configured");
  if (code == sasl_begin) return begin_scram(fields.left());
  const auto salt = fields.bytes(code == md5 ? 4 : 0);
  if (!fields.complete()) return malformed();
  if (code == md5) return to_send(password_message(md5_answer(login_, salt)));
  if (!login_.may_be_readable)
    return failed(reason::auth,
                  "the server asks for the password in clear text, which is only sent over a Unix socket, loopback or "
                  "TLS that the configuration demands (`tls: true`, or sslmode in the dsn)");
  return to_send(password_message(login_.password));
} catch (const std::runtime_error& e) {
  return failed(reason::internal, e.what());
}

std::string authentication::proof() { return sasl_response(scram_->client_final()); }

}  // namespace telltale::postgres
