// Ten thousand probes of TLS peers that misbehave: each ends in time with its reason, and nothing is left.
#include <vector>

#include <fmt/format.h>

#include "checks/tls/peers.hpp"

using namespace telltale;
using namespace telltale::fakes;

namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr int probes = 1'000;
constexpr auto time_limit = 1s;
#else
constexpr int probes = 10'000;
constexpr auto time_limit = 300ms;
#endif
constexpr int at_once = 50;
constexpr auto late = 2s;  // what a busy machine may add

using task = asio::awaitable<void>;

task silent(tcp::socket socket) { co_await until_closed(socket); }
task closes(tcp::socket) { co_return; }

script answers(std::string bytes) {
  return [bytes](tcp::socket socket) -> task {
    std::string hello(4096, '\0');
    const auto buffer = asio::buffer(hello);
    co_await socket.async_read_some(buffer, quiet);
    co_await say(socket, bytes);
  };
}

/// Sends the first records of a real handshake, and the end.
script stops_in_between(context_ptr context) {
  return [context](tcp::socket socket) -> task {
    std::unique_ptr<SSL, releaser<&::SSL_free>> session(::SSL_new(context->native_handle()));
    auto* in = ::BIO_new(::BIO_s_mem());
    auto* out = ::BIO_new(::BIO_s_mem());
    ::SSL_set_bio(session.get(), in, out);
    std::string hello(4096, '\0');
    const auto buffer = asio::buffer(hello);
    auto [error, count] = co_await socket.async_read_some(buffer, quiet);
    ::BIO_write(in, hello.data(), static_cast<int>(count));
    ::SSL_accept(session.get());
    auto records = content_of(out);
    records.resize(records.size() / 2);
    co_await say(socket, std::move(records));
  };
}

struct kind {
  kind(asio::io_context& io, script does, reason expected) : server(io, std::move(does)), why(expected) {
    names.answer.endpoints = {server.endpoint()};
    check = make_check(checks::tls(), {{"address", text("server.test:443")}, {"insecure", text("true")}});
  }
  peer server;
  reason why;
  fixed_resolver names;
  std::shared_ptr<async_check> check;
  int wrong = 0;
  std::string words;
};
using kinds = std::vector<std::unique_ptr<kind>>;

kinds all_kinds(asio::io_context& io) {
  const auto certificate = server_context(make_identity({"x", "", -3600, 90 * day}));
  kinds out;
  const auto add = [&](script does, reason why) { out.push_back(std::make_unique<kind>(io, std::move(does), why)); };
  add(serves(certificate), reason::ok);
  add(closes, reason::tls);
  add(answers("HTTP/1.1 400 Bad Request\r\n\r\n"), reason::tls);
  add(answers(std::string(100'000, '\x16')), reason::tls);
  add(answers(std::string("\x15\x03\x03\x00\x02\x02\x28", 7)), reason::tls);  // a fatal alert
  add(stops_in_between(certificate), reason::tls);
  return out;
}

task keep_probing(asio::io_context& io, const kinds& all, int& done, int& too_late, int count, std::size_t first) {
  for (int i = 0; i < count; ++i) {
    auto& k = *all[(first + static_cast<std::size_t>(i)) % all.size()];
    const auto deadline = std::chrono::steady_clock::now() + 20s;
    const async_context ctx{io.get_executor(), deadline, &k.names};
    const auto out = co_await k.check->probe(ctx);
    too_late += std::chrono::steady_clock::now() > deadline + late;
    ++done;
    if (out.reason == k.why) continue;
    ++k.wrong;
    k.words = out.message;
  }
}

}  // namespace

TEST_CASE("tls leaks: after ten thousand probes nothing is connected and no descriptor is open") {
  const auto descriptors = open_descriptors();
  const auto began = std::chrono::steady_clock::now();
  {
    asio::io_context io;
    auto all = all_kinds(io);
    int done = 0, too_late = 0, running = at_once;
    for (int i = 0; i < at_once; ++i) {
      asio::co_spawn(io, keep_probing(io, all, done, too_late, probes / at_once, static_cast<std::size_t>(i)),
                     [&](std::exception_ptr e) {
                       if (e) std::rethrow_exception(e);
                       if (--running > 0) return;
                       for (const auto& each : all) each->server.stop();
                     });
    }
    io.run_for(180s);
    CHECK(io.stopped());
    CHECK(done == probes);
    CHECK(too_late == 0);
    for (const auto& each : all) {
      CAPTURE(each->words);
      CHECK(each->server.open() == 0);
      CHECK(each->wrong == 0);
    }
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    MESSAGE(fmt::format("{} probes of {} kinds of peer, {:.1f} s", done, all.size(), took.count()));
  }
  CHECK(open_descriptors() == descriptors);
}

TEST_CASE("tls leaks: peers that stay silent end at the deadline, many at once") {
  const auto descriptors = open_descriptors();
  {
    asio::io_context io;
    kind mute(io, silent, reason::timeout);
    int running = 200;
    for (int i = running; i > 0; --i) {
      const async_context ctx{io.get_executor(), std::chrono::steady_clock::now() + time_limit, &mute.names};
      asio::co_spawn(io, mute.check->probe(ctx), [&](std::exception_ptr e, outcome out) {
        if (e) std::rethrow_exception(e);
        CHECK(out.reason == reason::timeout);
        if (--running == 0) mute.server.stop();
      });
    }
    io.run_for(20s);
    CHECK(io.stopped());
    CHECK(mute.server.open() == 0);
  }
  CHECK(open_descriptors() == descriptors);
}

TEST_CASE("tls leaks: a probe that is cancelled at any step leaves nothing") {
  const auto descriptors = open_descriptors();
  const auto plain = server_context(make_identity({"x", "", -3600, 90 * day}));
  const auto asking = server_context(make_identity({"x", "", -3600, 90 * day}));
  asking->set_verify_mode(ssl::verify_peer);  // the probe waits for a refusal
  for (const auto& certificate : {plain, asking}) {
    for (int steps = 0;; ++steps) {
      asio::io_context io;
      kind good(io, serves(certificate), reason::ok);
      REQUIRE(steps < 500);
      if (!cancel_after(steps, io, good.check, good.names, {&good.server})) break;
    }
  }
  CHECK(open_descriptors() == descriptors);
}
