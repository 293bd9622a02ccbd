// Reads what a neighbour says of itself in application/health+json (draft-inadarei-api-health-check-06). No I/O.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/peer_text.hpp"
#include "net/http_head.hpp"

namespace telltale::web {

struct health_report {
  enum class status_t : std::uint8_t { pass, warn, fail };

  status_t status = status_t::pass;
  /// The failing component and its output: "component 'redis' fails: connection refused"; else the output of the whole.
  /// Printable, bounded, without secrets; empty when the report says nothing more.
  std::string sentence;
};

bool is_health_report(const net::reply_head&);

/// Empty when the body has no valid status.
std::optional<health_report> parse_health_report(std::string_view body, const secret_list&);

}  // namespace telltale::web
