// Declares the options of the http check and the rules between them. No I/O.
#include "http/options.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/ascii.hpp"
#include "expect/json_text.hpp"
#include "http/explain_status.hpp"

namespace telltale {
namespace {

/// Whether a reply with one of these statuses may have a body (RFC 9110 section 6.4.1).
bool has_body(const web::status_range& range) {
  const bool is_one = range.first == range.last;
  return !is_one || (range.first != 204 && range.first != 304);
}

}  // namespace

options_of<http_options> http_options::declared() {
  using self = http_options;
  return options_of<self>()
      .include(&self::request)
      .optional("method", &self::method, "The method of the request.")
      .optional("body", &self::body, "A body to send with POST; set its Content-Type in `headers`.")
      .optional("status", &self::status, "Statuses that pass: numbers and ranges, such as [200-299, 401].")
      .optional("contains", &self::contains, "Text that the body must contain, within its first `max_body`.")
      .optional("match", &self::match,
                "Regular expression (RE2) that must be found in the body, within its first `max_body`.")
      .optional("json", &self::json,
                "Values that the JSON body must have: a map from JSON pointers to expectations, as in {/status: ok}.")
      .optional("expect_headers", &self::expect_headers,
                "Headers that the reply must have: a map from names to expectations, as in {Content-Type: ~ json}.")
      .optional("max_body", &self::max_body, "The most of the body that is read, up to 1MiB.")
      .optional("redirects", &self::redirects,
                "The most redirects to follow; the TLS options apply to those to https. Credentials and the body are "
                "never sent to another host or port, nor from "
                "https to http: such a redirect fails.");
}

void http_options::validate(source_location at, problems& errors) const {
  if (redirects.most == 0) request.require_tls(at, errors);
  if (body && method != web::request_method::post) errors.add(at, "body: only the method POST sends one");
  if (body && body->secret.empty() && body->text.empty()) errors.add(at, "body: the text is empty");
  if (contains && contains->empty()) errors.add(at, "contains: an empty text is contained in every body");
  if (max_body.count == 0 || max_body.count > largest_json) errors.add(at, "max_body: expected at most 1MiB");
  if (expects_body() && method == web::request_method::head)
    errors.add(at, "method: a reply to HEAD has no body for contains, match and json");
  if (expects_body() && std::ranges::none_of(status, has_body))
    errors.add(at, "status: a reply with 204 or 304 has no body for contains, match and json");
  for (const auto& [name, wanted] : expect_headers)
    if (!is_token(name)) errors.add(at, fmt::format("expect_headers: '{}' is not a valid header name", name));
  for (const unsigned followed : {301U, 302U, 303U, 307U, 308U})
    if (redirects.most > 0 && web::is_expected(followed, status))
      errors.add(at, fmt::format("status: {} cannot be expected and followed", followed));
}

}  // namespace telltale
