// Reads the secrets and loads the certificates of one check.
#include "websocket/plan.hpp"

#include <algorithm>
#include <stdexcept>
#include <string_view>

#include <fmt/format.h>

#include "http/headers.hpp"
#include "http/hidden.hpp"

namespace telltale::websocket {
namespace {

void reveal_subprotocols(const std::vector<text_or_secret>& subprotocols, revealed_values& into) {
  for (const auto& each : subprotocols) {
    offered_subprotocol offered{each.reveal(), !each.secret.empty()};
    const auto shown = offered.secret ? "the secret from " + each.secret.describe() : "a name";
    if (auto problem = subprotocol_problem(offered.name, shown)) throw std::runtime_error(*problem);
    if (std::ranges::find(into.subprotocols, offered.name, &offered_subprotocol::name) != into.subprotocols.end())
      throw std::runtime_error(fmt::format("subprotocol: {} is offered twice", shown));
    if (offered.secret) http::hide_secret(into.secrets, each.secret, offered.name);
    // A literal may contain a token from a variable; names are shorter.
    constexpr std::size_t longest_name = 32;
    if (!offered.secret && offered.name.size() > longest_name) {
      offered.secret = true;
      http::hide_literal(into.secrets, offered.name);
    }
    into.subprotocols.push_back(std::move(offered));
  }
}

revealed_values reveal(const websocket_options& options) {
  revealed_values out;
  auto headers = http::reveal(options.headers, out.secrets);
  out.headers = std::move(headers.others);
  out.host = std::move(headers.host);
  if (out.host.empty()) out.host = http::host_header(options.url, options.tls.server_name.value_or(options.url.host));
  reveal_subprotocols(options.subprotocol, out);
  if (options.send) out.send = options.send->reveal();
  if (options.send && out.send.empty()) throw std::runtime_error("send: the secret is empty");
  if (options.send && !options.send->secret.empty()) http::hide_secret(out.secrets, options.send->secret, out.send);
  http::hide_query(out.secrets, options.url.target);
  return out;
}

}  // namespace

plan make_plan(websocket_options options) {
  plan out{reveal(options), {}, {}};
  out.target.to = {net::endpoint::kind_t::tcp, options.url.host, options.url.port, ""};
  out.target.ip = options.network.ip;
  if (options.secure()) out.target.tls = net::make_tls_client(options.tls, options.url.host);
  out.options = std::move(options);
  return out;
}

bool has_secrets(const websocket_options& of) {
  const auto is_secret = [](const text_or_secret& value) { return !value.secret.empty(); };
  return http::has_secrets(of.headers) || std::ranges::any_of(of.subprotocol, is_secret) ||
         (of.send && is_secret(*of.send));
}

bool read_secrets(plan& into) {
  auto values = reveal(into.options);
  const bool changed = values != into;
  static_cast<revealed_values&>(into) = std::move(values);
  return changed;
}

void try_secrets(const websocket_options& options) { reveal(options); }

}  // namespace telltale::websocket
