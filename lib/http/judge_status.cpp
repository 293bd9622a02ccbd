// Implements the table of statuses.
#include "http/judge_status.hpp"

#include <array>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "http/status.hpp"

namespace telltale::http {
namespace {

struct status_row {
  unsigned status;
  reason why;
  std::string_view words;
};

constexpr std::array<status_row, 8> status_table{
    {{401, reason::auth, ": the server requires other credentials"},
     {403, reason::denied, " (possible causes: the path, the Host header, the credentials, this client's address)"},
     {404, reason::missing, " (possible causes: the path, the Host header)"},
     {407, reason::auth, ": a proxy requires credentials"},
     {410, reason::missing, ""},
     {429, reason::overload, ""},
     {502, reason::refused, ": a proxy received no valid reply from its backend"},
     {504, reason::timeout, ": a proxy received no reply from its backend in time"}}};

}  // namespace

finding unexpected_status(const net::reply_head& reply, const secret_list& secrets) {
  auto text = status_text(reply.status);
  for (const auto& row : status_table)
    if (row.status == reply.status) return {verdict::fail, row.why, text.append(row.words)};
  if (reply.status == 503 && reply.value("Retry-After")) return {verdict::fail, reason::overload, std::move(text)};
  if (!is_redirect(reply.status)) return {verdict::fail, reason::refused, std::move(text)};
  const auto target = shown_location(reply, secrets);
  return {verdict::fail, reason::refused,
          fmt::format("{} redirects{}, which is not followed", text, target.empty() ? "" : " to " + target)};
}

}  // namespace telltale::http
