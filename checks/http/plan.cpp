// Prepares the requests of a check.
#include "http/plan.hpp"

#include <algorithm>
#include <stdexcept>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "http/headers.hpp"
#include "http/hidden.hpp"
#include "http/redirect.hpp"
#include "http/status.hpp"
#include "net/explain.hpp"

namespace telltale::web {
namespace {

std::string_view word(request_method method) {
  return choices<request_method>::names[static_cast<std::size_t>(method)];
}

/// A header of the user replaces a default of the same name. Without Accept-Encoding a server may compress.
const net::header_list& default_headers() {
  static const net::header_list out{{"Accept", "application/health+json, application/json;q=0.9, */*;q=0.5"},
                                    {"Accept-Encoding", "identity"}};
  return out;
}

/// Literal headers may be secrets, too.
bool has_credentials(const http_options& of) {
  return has_secrets(of) ||
         std::ranges::any_of(of.request.headers, [](const auto& header) { return http::may_be_secret(header.first); });
}

/// Why the next request may not go to another origin; empty when it may. A body may be a secret, as a password in it.
std::string_view why_not_elsewhere(const plan& what, bool with_body) {
  if (what.with_credentials) return "where the credentials may not be sent";
  if (with_body) return "where the body may not be sent";
  return what.options.request.unix_socket ? "away from the Unix socket" : "";
}

}  // namespace

/// A request that the server may have processed must not be repeated unless its method is idempotent, so POST never
/// uses a connection that may just be closing (RFC 9110 section 9.2.2).
bool plan::keeps_connection() const {
  return options.request.kept.reconnect.count() > 0 && options.method != request_method::post;
}

bool has_secrets(const http_options& of) {
  return http::has_secrets(of.request) || (of.body && !of.body->secret.empty());
}

bool read_secrets(plan& into) {
  const auto& options = into.options;
  auto request = into.request;
  http::read_secrets(options.request, request);
  auto body = options.body ? options.body->reveal() : std::string();
  if (options.body && !options.body->secret.empty()) http::hide_secret(request.secrets, options.body->secret, body);
  auto bytes = http::write_request(request, word(options.method), default_headers(), into.keeps_connection(), body);
  const bool changed = bytes != into.first.request;
  into.first.request = std::move(bytes);
  into.request = std::move(request);
  into.body = std::move(body);
  return changed;
}

void try_secrets(const http_options& options) {
  http::request_plan ignored;
  http::read_secrets(options.request, ignored);
  if (options.body) options.body->reveal();
}

plan make_plan(http_options options) {
  plan out;
  out.request = http::make_request_plan(options.request);
  out.with_credentials = has_credentials(options);
  out.options = std::move(options);
  const auto& request = out.options.request;
  out.first = {request.url, out.request.target, ""};
  if (out.options.redirects.most > 0)
    out.redirect_tls = out.request.target.tls ? out.request.target.tls : net::make_tls_client(request.tls, "");
  read_secrets(out);
  return out;
}

next_visit follow(const plan& what, const visit& from, unsigned status, const std::string& location) {
  const auto status_words = http::status_text(status);
  const auto target = resolve_location(from.url, location);
  if (!target)
    return {net::failure(reason::protocol, status_words + explain_location(location, what.request.secrets)), {}};
  const auto shown = without_secrets(http::shown(*target), what.request.secrets);
  const bool elsewhere = !may_carry_credentials(from.url, *target);
  const bool posts = from.request.starts_with("POST ") && (status == 307 || status == 308);
  const auto why = elsewhere ? why_not_elsewhere(what, posts && !what.body.empty()) : std::string_view();
  if (!why.empty())
    return {net::failure(reason::refused, fmt::format("{} redirects to {}, {}", status_words, shown, why)), {}};
  visit out{*target, what.request.target, ""};
  if (!what.options.request.unix_socket) out.target.to = {net::endpoint::kind_t::tcp, target->host, target->port, ""};
  out.target.tls.reset();
  if (target->scheme == "https") {
    out.target.tls = what.redirect_tls;
    if (elsewhere || out.target.tls->name.empty()) out.target.tls->name = target->host;
  }
  auto request = what.request;
  request.path = target->target;
  if (elsewhere) request.host = http::host_header(*target, target->host);
  const bool to_get = what.options.method == request_method::post && !posts;
  out.request = http::write_request(request, to_get ? "GET" : word(what.options.method), default_headers(), false,
                                    posts ? what.body : "");
  return {{}, std::move(out)};
}

}  // namespace telltale::web
