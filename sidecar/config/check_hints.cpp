// Implements the hints about common options.
#include "config/check_hints.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>

#include <fmt/format.h>

#include <telltale/option_traits.hpp>

#include "net/endpoint.hpp"

namespace telltale {
namespace {

/// The host in a URL or address; empty for a Unix socket.
std::string host_in(const raw_value& value, option_kind kind) {
  problems ignored;
  if (kind == option_kind::url) {
    const auto parsed = option_traits<url>::parse(value, "", ignored);
    return parsed ? parsed->host : "";
  }
  const auto parsed = option_traits<net::endpoint>::parse(value, "", ignored);
  return parsed ? parsed->host : "";
}

/// The first host among the values of an option that is not this one.
std::optional<std::string> other_host(const raw_value& value, const option_shape& shape) {
  if (shape.kind == option_kind::list) {
    for (const auto& item : value.items)
      if (auto found = other_host(item, shape.element.front())) return found;
    return value.items.empty() ? other_host(value, shape.element.front()) : std::nullopt;
  }
  if (value.kind != raw_value::kind_t::scalar) return std::nullopt;
  if (shape.kind != option_kind::url && shape.kind != option_kind::address) return std::nullopt;
  const auto host = host_in(value, shape.kind);
  if (host.empty() || net::is_loopback(host)) return std::nullopt;
  return value.expanded ? "another host" : host;  // a variable's value is not shown
}

std::optional<std::string> other_host(const raw_value& own, const check_type& type) {
  if (own.find("unix")) return std::nullopt;  // the URL's host is then only a name in the request
  for (const auto& option : type.options)
    if (const auto* value = own.find(option.name))
      if (auto found = other_host(*value, option.shape)) return found;
  return std::nullopt;
}

/// A run ends shortly before its timeout, so a limit at or above it is never reached.
void add_latency_hint(const check_settings& settings, const check_type& type, const raw_value& own, problems& hints) {
  const auto option = std::ranges::find(type.options, "latency", &option_info::name);
  const auto* value = own.find("latency");
  if (option == type.options.end() || option->shape.kind != option_kind::upper_limit || !value) return;
  using limit_traits = option_traits<upper_limit<std::chrono::milliseconds>>;
  problems ignored;
  const auto limit = limit_traits::parse(*value, "latency", ignored);
  if (!limit) return;
  const auto longest =
      std::max(limit->warn.value_or(std::chrono::milliseconds(0)), limit->fail.value_or(std::chrono::milliseconds(0)));
  if (longest >= settings.timeout)
    hints.add(value->at, fmt::format("latency: a run ends at its timeout of {}, before it reaches the limit of {} - "
                                     "lower the limit, or raise timeout",
                                     to_text(settings.timeout), to_text(longest)));
}

}  // namespace

void add_hints(const check_settings& settings, const raw_value& common, const check_type& type, const raw_value& own,
               problems& hints) {
  if (type.hints) type.hints(own, hints);
  add_latency_hint(settings, type, own, hints);
  if (!settings.feeds(gate::live)) return;
  const auto host = other_host(own, type);
  if (!host) return;
  const auto* gates = common.find("gates");
  hints.add(gates ? gates->at : own.at,
            fmt::format("gates: while {} fails, live fails, and what is probed with it is restarted again and again, "
                        "which does not repair {} - feed ready only, unless it is the application itself",
                        *host, *host));
}

}  // namespace telltale
