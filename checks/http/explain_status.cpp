// Adds to a status what the check and the body know: expected statuses, a health report.
#include "http/explain_status.hpp"

#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "http/first_bytes.hpp"
#include "http/health_report.hpp"
#include "http/status.hpp"
#include "http/unexpected_status.hpp"
#include "net/explain.hpp"

namespace telltale::web {
namespace {

std::string expected_words(const std::vector<status_range>& expected) {
  std::string out;
  for (const auto& range : expected) out += (out.empty() ? "" : ", ") + option_traits<status_range>::text(range);
  return out;
}

/// Why a redirect is judged instead of followed.
std::string not_followed(const net::reply_head& reply, unsigned most) {
  if (most == 0) return ", which is not followed (option redirects)";
  if (reply.value("Location").value_or("").empty()) return " without an address (header Location)";
  return fmt::format(": more than {} {} (option redirects)", most, most == 1 ? "redirect" : "redirects");
}

}  // namespace

bool is_expected(unsigned status, const std::vector<status_range>& expected) {
  return std::ranges::any_of(expected, [&](const status_range& range) { return range.contains(status); });
}

bool body_explains(const net::reply_head& reply, bool over_tls) {
  return is_health_report(reply) || (reply.status == 400 && !over_tls);
}

finding explain_status(const net::reply_head& reply, std::string_view body, const asked& by) {
  if (reply.status == 400 && !by.over_tls && http::says_that_tls_is_spoken(body)) return http::speaks_tls();
  auto found = http::unexpected_status(reply, by.with_credentials, by.secrets);
  if (http::is_redirect(reply.status)) {
    found.sentence += not_followed(reply, by.redirects);
    return found;
  }
  if (reply.status == 401) return found;
  const auto status = http::status_text(reply.status);
  const auto report = is_health_report(reply) ? parse_health_report(body, by.secrets) : std::nullopt;
  if (report && !report->sentence.empty()) return net::failure(found.reason, status + ": " + report->sentence);
  if (by.certificate_missing && (reply.status == 400 || reply.status == 403))
    return net::failure(found.reason, status +
                                          " (possible cause: the server has asked for a client certificate: "
                                          "cert_file and key_file)");
  if (reply.status < 400)
    return net::failure(reason::mismatch, fmt::format("{}, expected {}", status, expected_words(by.expected)));
  return found;
}

}  // namespace telltale::web
