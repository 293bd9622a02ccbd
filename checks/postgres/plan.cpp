// Combines the connection string with the options that replace its parts.
#include "postgres/plan.hpp"

#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include "postgres/dsn.hpp"

namespace telltale::postgres {
namespace {

/// Without a login the name does not matter; servers log it when it does not exist.
constexpr const char* user_of_ready = "telltale";

bool is_unix(const net::endpoint& of) { return of.kind == net::endpoint::kind_t::unix_socket; }

dsn read_dsn(const postgres_options& options) {
  if (!options.dsn) return {};
  std::string why;
  auto out = parse_dsn(options.dsn->reveal(), why);
  if (!out) throw std::runtime_error(fmt::format("dsn: the text from {} {}", options.dsn->describe(), why));
  return *std::move(out);
}

/// What the option `tls` and the connection string say together.
ssl_mode wanted_tls(const postgres_options& options, const dsn& from) {
  if (options.tls) return *options.tls ? ssl_mode::verify_full : ssl_mode::disable;
  return is_unix(from.address) ? ssl_mode::disable : from.ssl;  // as libpq does
}

net::tls_client make_tls(const postgres_options& options, const dsn& from, ssl_mode mode) {
  auto chosen = options.security;
  if (!chosen.ca_file) chosen.ca_file = from.ca_file;
  if (!chosen.cert_file && from.cert_file && from.key_file) {
    chosen.cert_file = from.cert_file;
    chosen.key_file = from.key_file;
  }
  if (mode == ssl_mode::prefer || mode == ssl_mode::require) chosen.insecure = true;
  if (chosen.insecure) chosen.ca_file.reset();
  auto out = net::make_tls_client(std::move(chosen), from.address.host);
  if (mode == ssl_mode::verify_ca) out.name.clear();  // any name of a trusted authority
  return out;
}

void set_target(plan& into, const dsn& from) {
  const auto mode = wanted_tls(into.options, from);
  if (into.options.tls == true && is_unix(from.address))
    throw std::runtime_error("tls: PostgreSQL offers no TLS on a Unix socket");
  into.shown = net::to_text(from.address);
  into.target.to = from.address;
  into.target.ip = into.options.network.ip;
  if (mode == ssl_mode::disable) return;
  into.target.tls = make_tls(into.options, from, mode);
  into.target.starttls = net::starttls::postgres;
  into.target.tls_optional = mode == ssl_mode::prefer;
}

/// Never where somebody on the way could ask for it instead of the server, unless the configuration accepts that.
bool may_be_readable(const net::target& to) {
  return is_unix(to.to) || net::is_loopback(to.to.host) || (to.tls && !to.tls_optional);
}

}  // namespace

plan make_plan(postgres_options options) {
  plan out;
  auto from = read_dsn(options);
  if (options.address) from.address = *options.address;
  if (options.password) from.password = options.password->reveal();
  if (from.password.find('\0') != std::string::npos)
    throw std::runtime_error("password: the text from " + options.password->describe() + " contains a byte 0");
  out.login.user = options.user.value_or(from.user);
  out.database = options.database.value_or(from.database);
  out.server_options = std::move(from.options);
  out.role = options.role == server_role::any ? from.role : options.role;
  out.secrets = std::move(from.hidden);
  out.options = std::move(options);
  if (out.login.user.empty() && out.options.mode == probe_mode::query)
    throw std::runtime_error("dsn: the text names no user; give `user`");
  if (out.options.mode == probe_mode::ready) {
    out.role = server_role::any;
    if (out.login.user.empty()) out.login.user = user_of_ready;
  }
  set_target(out, from);
  out.login.may_be_readable = may_be_readable(out.target);
  if (!from.password.empty()) out.secrets.push_back(from.password);
  out.login.password = std::move(from.password);
  return out;
}

void try_secrets(const postgres_options& options) { make_plan(options); }

bool has_secrets(const postgres_options& of) { return of.dsn || of.password; }

bool read_secrets(plan& what) {
  auto fresh = make_plan(what.options);
  const bool changed = fresh.secrets != what.secrets || fresh.login.user != what.login.user ||
                       fresh.database != what.database || fresh.shown != what.shown ||
                       fresh.server_options != what.server_options;
  if (changed) what = std::move(fresh);
  return changed;
}

}  // namespace telltale::postgres
