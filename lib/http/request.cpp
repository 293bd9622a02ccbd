// Builds requests from their options.
#include "http/request.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include "base/ascii.hpp"
#include "base/base64.hpp"
#include "http/headers.hpp"
#include "http/hidden.hpp"

namespace telltale::http {
namespace {

void add_basic(const basic_credentials& of, request_plan& into) {
  auto password = of.password.reveal();
  auto encoded = base64(of.user + ":" + password);
  hide_secret(into.secrets, of.password, password);
  into.secrets.push_back(encoded);
  into.headers.emplace_back("Authorization", "Basic " + encoded);
}

void add_bearer(const secret& of, request_plan& into) {
  auto token = of.reveal();
  if (std::ranges::any_of(token, [](char c) { return is_control(c) || c == ' '; }))
    throw std::runtime_error(fmt::format("bearer: the token from {} contains a blank or a line break", of.describe()));
  hide_secret(into.secrets, of, token);
  into.headers.emplace_back("Authorization", "Bearer " + token);
}

}  // namespace

request_plan make_request_plan(const request_options& options) {
  request_plan out;
  const auto& url = options.url;
  out.path = url.target;
  out.shown = shown(url);
  out.target.to = {net::endpoint::kind_t::tcp, url.host, url.port, ""};
  if (options.unix_socket) {
    out.target.to = {net::endpoint::kind_t::unix_socket, "", 0, options.unix_socket->text};
    out.shown += fmt::format(" at {}", net::to_text(out.target.to));
  }
  out.target.ip = options.network.ip;
  if (options.secure()) out.target.tls = net::make_tls_client(options.tls, url.host);
  read_secrets(options, out);
  return out;
}

void read_secrets(const request_options& options, request_plan& into) {
  request_plan out = into;
  out.secrets.clear();
  auto headers = reveal(options.headers, out.secrets);
  out.headers = std::move(headers.others);
  out.host = std::move(headers.host);
  if (out.host.empty()) out.host = host_header(options.url, options.tls.server_name.value_or(options.url.host));
  if (options.basic) add_basic(*options.basic, out);
  if (options.bearer) add_bearer(*options.bearer, out);
  hide_query(out.secrets, options.url.target);
  into = std::move(out);
}

bool has_secrets(const request_options& of) { return of.basic || of.bearer || has_secrets(of.headers); }

std::string write_request(const request_plan& plan, std::string_view method, const net::header_list& defaults,
                          bool keep, std::string_view body) {
  auto headers = plan.headers;
  for (const auto& each : defaults)
    if (!has_header(headers, each.first)) headers.push_back(each);
  if (!keep) headers.emplace_back("Connection", "close");
  if (!body.empty()) headers.emplace_back("Content-Length", fmt::format("{}", body.size()));
  return net::write_request_head(method, plan.path, plan.host, headers).append(body);
}

}  // namespace telltale::http
