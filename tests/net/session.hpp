// Runs one session of a check against scripted peers: dials, then runs a script.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "fakes/network_peer.hpp"
#include "net/dial.hpp"

namespace telltale::fakes {

using session_script = std::function<asio::awaitable<void>(net::run&, net::stream&)>;

/// The result; `failed` is also in `out`.
struct session_result {
  finding failed;
  net::phase where = net::phase::resolve;
  outcome out;
};

inline asio::awaitable<session_result> dial_and_run(async_context ctx, const net::target& what,
                                                    const session_script& steps) {
  net::run now(ctx, "it");
  session_result result;
  auto dialed = co_await net::dial(now, what);
  result.where = dialed.where;
  result.failed = dialed.failed;
  if (dialed.line) co_await steps(now, *dialed.line);
  now.add(dialed.failed);
  result.out = std::move(now).result("done");
  co_return result;
}

inline asio::awaitable<void> send_nothing(net::run&, net::stream&) { co_return; }

/// Runs until `io` has no work left: a session that outlives its deadline or a pending operation makes this fail.
inline session_result run_session(asio::io_context& io, name_resolver& names, const net::target& what,
                                  std::vector<peer*> peers, std::chrono::milliseconds timeout = ample,
                                  const session_script& steps = send_nothing) {
  session_result result;
  bool done = false;
  const async_context ctx{io.get_executor(), std::chrono::steady_clock::now() + timeout, &names};
  asio::co_spawn(io, dial_and_run(ctx, what, steps), [&](std::exception_ptr e, session_result got) {
    for (auto* p : peers) p->stop();
    if (e) std::rethrow_exception(e);
    result = std::move(got);
    done = true;
  });
  io.restart();
  io.run_for(timeout + slack);
  CHECK(done);
  CHECK(io.stopped());
  return result;
}

/// A session with one peer with this behaviour.
inline session_result session_with(const script& behaviour, const session_script& steps,
                                   std::optional<net::tls_client> tls = {}, std::chrono::milliseconds timeout = ample) {
  const auto descriptors = open_descriptors();
  session_result result;
  {
    asio::io_context io;
    peer server(io, behaviour);
    fixed_resolver names;
    names.answer.endpoints = {server.endpoint()};
    const net::target what{{net::endpoint::kind_t::tcp, "server.test", 80, ""}, net::ip_version::any, std::move(tls)};
    result = run_session(io, names, what, {&server}, timeout, steps);
    CHECK(server.open() == 0);
    CHECK(server.finished() <= 1);  // none when time ran out before
  }
  CHECK(open_descriptors() == descriptors);
  return result;
}

/// Reads until an error, which is returned in `error`.
inline asio::awaitable<std::string> read_all(net::stream& line, net::error_code& error) {
  std::string out;
  std::array<char, 100> chunk;
  for (;;) {
    const auto got = co_await line.read_some(chunk);
    error = got.error;
    if (error) co_return out;
    out.append(chunk.data(), got.bytes);
  }
}

}  // namespace telltale::fakes
