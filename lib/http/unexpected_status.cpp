// Maps statuses to reasons and sentences. Causes are possible ones unless the status defines them.
#include "http/unexpected_status.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include <telltale/units.hpp>

#include "base/words.hpp"
#include "http/status.hpp"

namespace telltale::http {
namespace {

struct status_row {
  unsigned status;
  reason why;
  std::string_view words;
};
constexpr std::array<status_row, 13> status_table{
    {{400, reason::refused, " (possible causes: a header of the request, the Host header)"},
     {401, reason::auth, ""},
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

const status_row* row_of(unsigned status) {
  const auto* row = std::ranges::find(status_table, status, &status_row::status);
  return row == status_table.end() ? nullptr : row;
}

finding failed(reason why, std::string sentence) { return {verdict::fail, why, std::move(sentence)}; }

}  // namespace

reason reason_of_status(unsigned status, bool retry_after) {
  if (status == 503 && retry_after) return reason::overload;
  const auto* row = row_of(status);
  return row ? row->why : reason::refused;
}

/// RFC 9110 section 10.2.3: seconds, or a date, which is not shown.
std::string retry_words(const net::reply_head& reply) {
  constexpr unsigned longest = 86'400;
  const auto seconds = number_in<unsigned>(reply.value("Retry-After").value_or(""));
  return seconds && *seconds <= longest
             ? fmt::format(", to be tried again in {}", human_duration(std::chrono::seconds(*seconds)))
             : "";
}

finding unexpected_status(const net::reply_head& reply, bool with_credentials, const secret_list& secrets) {
  const auto status = status_text(reply.status);
  if (is_redirect(reply.status)) {
    const auto target = shown_location(reply, secrets);
    return failed(reason::refused, fmt::format("{} redirects{}{}", status, target.empty() ? "" : " to ", target));
  }
  if (reply.status == 401)
    return failed(reason::auth,
                  fmt::format("{}: the server {}", status,
                              with_credentials ? "does not accept the credentials" : "requires credentials"));
  const auto why = reason_of_status(reply.status, reply.value("Retry-After").has_value());
  if (why == reason::overload) return failed(why, status + retry_words(reply));
  const auto* row = row_of(reply.status);
  return failed(why, row ? status + std::string(row->words) : status);
}

}  // namespace telltale::http
