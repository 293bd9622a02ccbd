// Scripted exporters, and the prometheus check against them.
#pragma once

#include <string>

#include <fmt/format.h>

#include "fakes/network_peer.hpp"

namespace telltale::checks {
check_type prometheus();
}

namespace telltale::fakes {

inline std::string reply_of(const std::string& page, const std::string& type = "text/plain; version=0.0.4") {
  return fmt::format("HTTP/1.1 200 OK\r\nContent-Type: {}\r\nContent-Length: {}\r\n\r\n{}", type, page.size(), page);
}

/// Answers one request with these bytes; then it hangs up, or waits for the client.
inline script answers(std::string bytes, bool hang_up = true) {
  return [bytes, hang_up](tcp::socket socket) -> asio::awaitable<void> {
    co_await read_request(socket);
    co_await say(socket, bytes);
    if (!hang_up) co_await until_closed(socket);
  };
}

inline raw_value values_of(options values) { return map_of(std::move(values)); }

/// The check of `http://server.test/metrics`, with a connection of its own for each run unless `chosen` has
/// `reconnect`.
inline std::shared_ptr<async_check> make_check(options values, options chosen = {},
                                               const std::string& url = "http://server.test/metrics") {
  chosen.emplace_back("url", text(url));
  chosen.emplace_back("values", map_of(std::move(values)));
  const auto is_reconnect = [](const auto& option) { return option.first == "reconnect"; };
  if (std::ranges::none_of(chosen, is_reconnect)) chosen.emplace_back("reconnect", text("0s"));
  return make_check(checks::prometheus(), std::move(chosen));
}

/// One run against a server with this behaviour.
inline outcome probe(const script& behaviour, options values, options chosen = {},
                     std::chrono::milliseconds timeout = ample) {
  return probe_peer(behaviour, make_check(std::move(values), std::move(chosen)), timeout,
                    "http://server.test:80/metrics");
}

}  // namespace telltale::fakes
