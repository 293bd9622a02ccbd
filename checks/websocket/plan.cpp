// Reads the secrets and loads the certificates of one check.
#include "websocket/plan.hpp"

#include <algorithm>
#include <stdexcept>
#include <string_view>

#include <fmt/format.h>

#include "base/ascii.hpp"

namespace telltale::websocket {
namespace {

/// A literal header value or query may contain a secret. Headers that describe the origin of the request may be shown:
/// a server that declines them names them.
bool may_be_secret(const std::string& header) {
  const auto name = lower(header);
  return name != "host" && name != "origin" && name != "user-agent";
}

void hide_literal(secret_list& secrets, std::string_view value) {
  if (value.size() >= shortest_secret_part) secrets.emplace_back(value);
}

void hide_secret(secret_list& secrets, const secret& source, const std::string& revealed) {
  secrets.push_back(revealed.substr(source.prefix().size()));
}

/// The values in a query, without their names.
void hide_query(secret_list& secrets, std::string_view target) {
  auto query = target.substr(std::min(target.find('?'), target.size()));
  while (!query.empty()) {
    query.remove_prefix(1);
    const auto part = query.substr(0, query.find('&'));
    const auto equals = part.find('=');
    hide_literal(secrets, equals == std::string_view::npos ? part : part.substr(equals + 1));
    query.remove_prefix(part.size());
  }
}

void reveal_headers(const secret_map& headers, plan& into) {
  for (const auto& [header, value] : headers) {
    auto text = value.reveal();
    // A secret's value is read here for the first time, so option validation has not checked it.
    if (auto problem = header_value_problem(header, text)) throw std::runtime_error("headers: " + *problem);
    if (!value.secret.empty()) hide_secret(into.secrets, value.secret, text);
    else if (may_be_secret(header)) hide_literal(into.secrets, text);
    if (equal_ignoring_case(header, "host")) into.host = std::move(text);
    else into.headers.emplace_back(header, std::move(text));
  }
}

void reveal_subprotocols(const std::vector<text_or_secret>& subprotocols, plan& into) {
  for (const auto& each : subprotocols) {
    offered_subprotocol offered{each.reveal(), !each.secret.empty()};
    const auto shown = offered.secret ? "the secret from " + each.secret.describe() : "a name";
    if (auto problem = subprotocol_problem(offered.name, shown)) throw std::runtime_error(*problem);
    if (std::ranges::find(into.subprotocols, offered.name, &offered_subprotocol::name) != into.subprotocols.end())
      throw std::runtime_error(fmt::format("subprotocol: {} is offered twice", shown));
    if (offered.secret) hide_secret(into.secrets, each.secret, offered.name);
    // A literal may contain a token from a variable; names are shorter.
    constexpr std::size_t longest_name = 32;
    if (!offered.secret && offered.name.size() > longest_name) {
      offered.secret = true;
      hide_literal(into.secrets, offered.name);
    }
    into.subprotocols.push_back(std::move(offered));
  }
}

/// With the port, unless it is the scheme's default.
std::string host_header(const url& target, const std::string& name) {
  if (target.port != (target.scheme == "wss" ? 443 : 80)) return net::host_and_port(name, target.port);
  return name.find(':') == std::string::npos ? name : "[" + name + "]";
}

}  // namespace

plan make_plan(websocket_options options) {
  plan out;
  out.host = host_header(options.url, options.tls.server_name.value_or(options.url.host));
  reveal_headers(options.headers, out);
  reveal_subprotocols(options.subprotocol, out);
  if (options.send) out.send = options.send->reveal();
  if (options.send && out.send.empty()) throw std::runtime_error("send: the secret is empty");
  if (options.send && !options.send->secret.empty()) hide_secret(out.secrets, options.send->secret, out.send);
  hide_query(out.secrets, options.url.target);
  out.target.to = {net::endpoint::kind_t::tcp, options.url.host, options.url.port, ""};
  if (options.secure()) out.target.tls = net::make_tls_client(options.tls, options.url.host);
  out.options = std::move(options);
  return out;
}

}  // namespace telltale::websocket
