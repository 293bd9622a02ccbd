// Validates the server section.
#include <algorithm>

#include <fmt/format.h>

#include "config/check_rules.hpp"
#include "config/listen_address.hpp"

namespace telltale {
namespace {

void check_listen(const server_settings& s, const raw_value& server, problems& errors) {
  const auto* listen = server.find("listen");
  if (!listen) return;
  for (std::size_t i = 0; i < s.listen.size(); ++i) {
    const auto& entry = listen->kind == raw_value::kind_t::list ? listen->items[i] : *listen;
    const auto* address = entry.find("address");
    const auto& written = address != nullptr ? *address : entry;
    const auto before = s.listen.begin() + static_cast<std::ptrdiff_t>(i);
    const auto is_same = [&](const auto& other) {
      return numeric_listen_address(other.address) == numeric_listen_address(s.listen[i].address);
    };
    if (auto wrong = listen_address_problem(s.listen[i].address))
      errors.add(written.at, fmt::format("listen: {} is not a valid address - {}", written.shown(), *wrong));
    else if (std::any_of(s.listen.begin(), before, is_same))
      errors.add(written.at, fmt::format("listen: {} is given twice", written.shown()));
  }
  if (std::none_of(s.listen.begin(), s.listen.end(), [](const auto& l) { return l.does_serve(served::gates); }))
    errors.add(listen->at, "listen: no address serves gates - probes could not query readiness");
}

void check_metrics(const server_settings& s, const raw_value& server, problems& errors) {
  if (s.metrics == metrics_access::open || s.token) return;
  errors.add(server.find("metrics")->at, "metrics: there is no token - set server.token as well");
}

}  // namespace

void check_rules(const server_settings& s, const raw_value& server, problems& errors) {
  check_listen(s, server, errors);
  check_metrics(s, server, errors);
  if (s.shutdown_timeout <= s.drain_delay) {
    const auto* timeout = server.find("shutdown_timeout");
    const auto* delay = server.find("drain_delay");
    errors.add(timeout ? timeout->at
               : delay ? delay->at
                       : server.at,
               fmt::format("shutdown_timeout: {} is not above drain_delay {} - the program would be terminated "
                           "while it still serves",
                           to_text(s.shutdown_timeout), to_text(s.drain_delay)));
  }
}

}  // namespace telltale
