// One dialling and one conversation against scripted peers, as a check would do it.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "fakes/network_peer.hpp"
#include "net/dial.hpp"

namespace telltale::fakes {

using conversation = std::function<asio::awaitable<void>(net::run&, net::stream&)>;

/// What came of it; `failed` is also in `out`.
struct talked {
  finding failed;
  net::phase where = net::phase::resolve;
  outcome out;
};

inline asio::awaitable<talked> dial_and_talk(async_context ctx, const net::target& what, const conversation& talk) {
  net::run now(ctx, "it");
  talked result;
  auto dialed = co_await net::dial(now, what);
  result.where = dialed.where;
  result.failed = dialed.failed;
  if (dialed.line) co_await talk(now, *dialed.line);
  now.add(dialed.failed);
  result.out = std::move(now).result("talked");
  co_return result;
}

inline asio::awaitable<void> say_nothing(net::run&, net::stream&) { co_return; }

/// Runs until nothing is left to do in `io`: an operation that is left behind makes this fail.
inline talked talk_once(asio::io_context& io, name_resolver& names, const net::target& what, std::vector<peer*> peers,
                        std::chrono::milliseconds timeout = 2s, const conversation& talk = say_nothing) {
  talked result;
  bool done = false;
  const async_context ctx{io.get_executor(), std::chrono::steady_clock::now() + timeout, &names};
  asio::co_spawn(io, dial_and_talk(ctx, what, talk), [&](std::exception_ptr e, talked got) {
    for (auto* p : peers) p->stop();
    if (e) std::rethrow_exception(e);
    result = std::move(got);
    done = true;
    CHECK(std::chrono::steady_clock::now() <= ctx.deadline + 500ms);  // a busy machine is late, too
  });
  io.restart();
  io.run_for(timeout + 5s);
  CHECK(done);
  CHECK(io.stopped());
  return result;
}

/// The conversation with one peer that behaves like this.
inline talked talk_with(const script& behaviour, const conversation& talk, std::optional<net::tls_client> tls = {},
                        std::chrono::milliseconds timeout = 2s) {
  const auto descriptors = open_descriptors();
  talked result;
  {
    asio::io_context io;
    peer server(io, behaviour);
    fixed_resolver names;
    names.answer.endpoints = {server.endpoint()};
    const net::target what{{net::endpoint::kind_t::tcp, "server.test", 80, ""}, net::ip_version::any, std::move(tls)};
    result = talk_once(io, names, what, {&server}, timeout, talk);
    CHECK(server.finished() == 1);
  }
  CHECK(open_descriptors() == descriptors);
  return result;
}

/// All that comes until an error, which is returned in `error`.
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
