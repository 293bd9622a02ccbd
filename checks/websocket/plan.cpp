// Reveals the secrets and loads the certificates of one check.
#include "websocket/plan.hpp"

#include <algorithm>
#include <stdexcept>
#include <string_view>

#include <fmt/format.h>

#include "websocket/text.hpp"

namespace telltale::websocket {
namespace {

/// A literal is not called a secret, but a header or a query may hold one. Those whose value says where the request
/// comes from may be repeated: a server that declines them names them.
bool may_be_secret(const std::string& header) {
  const auto name = lower_case(header);
  return name != "host" && name != "origin" && name != "user-agent";
}

void hide(secret_list& secrets, const std::string& value, bool declared) {
  if (declared || value.size() >= shortest_secret_part) secrets.push_back(value);
}

/// The values in a query, without their names.
void hide_query(secret_list& secrets, std::string_view target) {
  auto query = target.substr(std::min(target.find('?'), target.size()));
  while (!query.empty()) {
    query.remove_prefix(1);
    const auto part = query.substr(0, query.find('&'));
    const auto equals = part.find('=');
    hide(secrets, std::string(equals == std::string_view::npos ? part : part.substr(equals + 1)), false);
    query.remove_prefix(part.size());
  }
}

}  // namespace

plan make_plan(websocket_options options) {
  plan out;
  const auto name = options.server_name.value_or(options.url.host);
  out.host = host_header(options.url, name);
  for (const auto& [header, value] : options.headers) {
    auto text = value.reveal();
    // A secret's value is seen here for the first time, so it has not been checked with the options.
    if (auto problem = header_value_problem(header, text))
      throw std::runtime_error(fmt::format("headers: {}", *problem));
    if (may_be_secret(header)) hide(out.secrets, text, !value.secret.empty());
    if (lower_case(header) == "host") out.host = std::move(text);
    else out.headers.emplace_back(header, std::move(text));
  }
  if (options.send) out.send = options.send->reveal();
  if (options.send && out.send.empty()) throw std::runtime_error("send: the secret is empty");
  if (options.send && !options.send->secret.empty()) hide(out.secrets, out.send, true);
  hide_query(out.secrets, options.url.target);
  if (options.secure())
    out.tls = make_tls_client({options.ca_file ? options.ca_file->text : "", name, options.insecure});
  out.options = std::move(options);
  return out;
}

}  // namespace telltale::websocket
