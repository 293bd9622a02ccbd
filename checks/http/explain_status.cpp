// Maps statuses to reasons and sentences. Causes are possible ones unless the status defines them.
#include "http/explain_status.hpp"

#include <algorithm>
#include <array>
#include <string>

#include <fmt/format.h>

#include <telltale/units.hpp>

#include "base/words.hpp"
#include "http/first_bytes.hpp"
#include "http/health_report.hpp"
#include "http/status.hpp"
#include "net/explain.hpp"

namespace telltale::web {
namespace {

struct status_row {
  unsigned status;
  reason why;
  std::string_view words;
};
constexpr std::array<status_row, 12> status_table{
    {{400, reason::refused, " (possible causes: a header of the request, the Host header)"},
     {403, reason::denied, " (possible causes: the path, the Host header, the credentials, this client's address)"},
     {404, reason::missing, " (possible causes: the path, the Host header)"},
     {405, reason::refused, ": the path does not accept this method"},
     {406, reason::refused, " (possible cause: the header Accept)"},
     {407, reason::auth, ": a proxy requires credentials"},
     {410, reason::missing, ""},
     {421, reason::refused, " (possible causes: the Host header, server_name)"},
     {429, reason::overload, ""},
     {502, reason::refused, ": a proxy received no valid reply from its backend"},
     {503, reason::refused, ""},
     {504, reason::timeout, ": a proxy received no reply from its backend in time"}}};

/// RFC 9110 section 10.2.3: seconds, or a date, which is not shown.
std::string retry_words(const net::reply_head& reply) {
  constexpr unsigned longest = 86'400;
  const auto seconds = number_in<unsigned>(reply.value("Retry-After").value_or(""));
  return seconds && *seconds <= longest
             ? fmt::format(", to be tried again in {}", human_duration(std::chrono::seconds(*seconds)))
             : "";
}

finding explain_redirect(const net::reply_head& reply, const asked& by) {
  const auto target = http::shown_location(reply, by.secrets);
  return net::failure(reason::refused,
                      fmt::format("{} redirects{}{}", http::status_text(reply.status), target.empty() ? "" : " to ",
                                  target + (by.follows_redirects ? "" : ", which is not followed (option redirects)")));
}

std::string expected_words(const std::vector<status_range>& expected) {
  std::string out;
  for (const auto& range : expected) out += (out.empty() ? "" : ", ") + option_traits<status_range>::text(range);
  return out;
}

}  // namespace

bool is_expected(unsigned status, const std::vector<status_range>& expected) {
  return std::ranges::any_of(expected, [&](const status_range& range) { return range.contains(status); });
}

bool body_explains(const net::reply_head& reply, bool over_tls) {
  return is_health_report(reply) || (reply.status == 400 && !over_tls);
}

finding explain_status(const net::reply_head& reply, std::string_view body, const asked& by) {
  const auto status = http::status_text(reply.status);
  if (reply.status == 400 && !by.over_tls && http::says_that_tls_is_spoken(body)) return http::speaks_tls();
  if (http::is_redirect(reply.status)) return explain_redirect(reply, by);
  if (reply.status == 401)
    return net::failure(reason::auth,
                        fmt::format("{}: the server {}", status,
                                    by.with_credentials ? "does not accept the credentials" : "requires credentials"));
  const auto* row = std::ranges::find(status_table, reply.status, &status_row::status);
  const bool known = row != status_table.end();
  const bool busy = reply.status == 429 || (reply.status == 503 && reply.value("Retry-After"));
  const auto report = is_health_report(reply) ? parse_health_report(body, by.secrets) : std::nullopt;
  if (report && !report->sentence.empty())
    return net::failure(busy ? reason::overload : known ? row->why : reason::refused, status + ": " + report->sentence);
  if (busy) return net::failure(reason::overload, status + retry_words(reply));
  if (known) return net::failure(row->why, status + std::string(row->words));
  if (reply.status < 400)
    return net::failure(reason::mismatch, fmt::format("{}, expected {}", status, expected_words(by.expected)));
  return net::failure(reason::refused, status);
}

}  // namespace telltale::web
