// Implements the table of statuses.
#include "http/judge_status.hpp"

#include <array>
#include <string_view>

#include <fmt/format.h>

#include "http/status.hpp"

namespace telltale::http {
namespace {

struct meaning {
  unsigned status;
  reason why;
  std::string_view words;
};

constexpr std::array<meaning, 6> meanings{{{401, reason::auth, "the server requires credentials: "},
                                           {403, reason::denied, "the server denies the request: "},
                                           {404, reason::missing, "the server has no such path: "},
                                           {407, reason::auth, "a proxy requires credentials: "},
                                           {410, reason::missing, "the server has no such path: "},
                                           {429, reason::overload, "the server limits the rate of requests: "}}};

}  // namespace

finding unexpected_status(const net::reply_head& reply, const secret_list& secrets) {
  const auto answered = fmt::format("it answered {}", status_text(reply.status));
  for (const auto& row : meanings)
    if (row.status == reply.status) return {verdict::fail, row.why, fmt::format("{}{}", row.words, answered)};
  if (reply.status == 503 && reply.value("Retry-After"))
    return {verdict::fail, reason::overload, fmt::format("the server is overloaded or in maintenance: {}", answered)};
  if (!is_redirect(reply.status))
    return {verdict::fail, reason::refused, fmt::format("the server answered {}", status_text(reply.status))};
  const auto target = shown_location(reply, secrets);
  return {verdict::fail, reason::refused,
          fmt::format("the server answered {}, a redirect{}, which is not followed", status_text(reply.status),
                      target.empty() ? "" : " to " + target)};
}

}  // namespace telltale::http
