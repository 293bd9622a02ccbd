// Scripted gRPC servers, and one run of the grpc check against one.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include <boost/asio/read.hpp>
#include <boost/asio/ssl/stream.hpp>

#include "checks/grpc/frames.hpp"
#include "fakes/certificates.hpp"
#include "fakes/network_peer.hpp"

namespace telltale::checks {
check_type grpc();
}

namespace telltale::fakes {

namespace ssl = asio::ssl;

/// Reads the client's preface, settings, header and message.
template <class Stream>
asio::awaitable<std::string> read_call(Stream& socket) {
  std::string bytes;
  auto buffer = asio::dynamic_buffer(bytes);
  while (h2::read_frames(bytes).size() < 3) {
    auto [error, count] = co_await asio::async_read(socket, buffer, asio::transfer_at_least(1), quiet);
    if (error) break;
  }
  co_return bytes;
}

/// Answers a call with these bytes behind its settings, and reads on.
inline script answers(std::string bytes) {
  return [bytes](tcp::socket socket) -> asio::awaitable<void> {
    co_await read_call(socket);
    co_await say(socket, h2::hello() + bytes);
    co_await until_closed(socket);
  };
}

inline script answers_over_tls(std::shared_ptr<ssl::context> context, std::string bytes) {
  return [context, bytes](tcp::socket socket) -> asio::awaitable<void> {
    ssl::stream<tcp::socket> stream(std::move(socket), *context);
    auto [error] = co_await stream.async_handshake(ssl::stream_base::server, quiet);
    if (error) co_return;
    co_await read_call(stream);
    co_await say(stream, h2::hello() + bytes);
    co_await until_closed(stream);
  };
}

/// A check that opens a new connection for each run, unless `reconnect` is among the options.
inline std::shared_ptr<async_check> make_grpc_check(options chosen) {
  const bool keeps = std::ranges::any_of(chosen, [](const auto& option) { return option.first == "reconnect"; });
  if (!keeps) chosen.emplace_back("reconnect", text("0s"));
  return make_check(checks::grpc(), std::move(chosen));
}

/// The check of `server.test:50051` with this behaviour behind it.
inline outcome probe_grpc(const script& behaviour, options chosen = {}, std::chrono::milliseconds timeout = ample) {
  chosen.emplace_back("address", text("server.test:50051"));
  return probe_peer(behaviour, make_grpc_check(std::move(chosen)), timeout, "server.test:50051");
}

}  // namespace telltale::fakes
