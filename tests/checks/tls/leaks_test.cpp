// Ten thousand probes of TLS peers that misbehave: each ends in time with its reason, and nothing is left.
#include <memory>

#include "checks/tls/peers.hpp"
#include "fakes/many_probes.hpp"

using namespace telltale;
using namespace telltale::fakes;

namespace {

using task = asio::awaitable<void>;

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

std::unique_ptr<probed_peer> kind(asio::io_context& io, script does, reason expected) {
  auto check = make_check(checks::tls(), {{"address", text("server.test:443")}, {"insecure", text("true")}});
  return std::make_unique<probed_peer>(io, std::move(does), std::move(check), expected);
}

probed_peers all_kinds(asio::io_context& io) {
  const auto certificate = server_context(make_identity({"x", "", -3600, 90 * day}));
  probed_peers out;
  const auto add = [&](script does, reason why) { out.push_back(kind(io, std::move(does), why)); };
  add(serves(certificate), reason::ok);
  add(closes, reason::tls);
  add(answers("HTTP/1.1 400 Bad Request\r\n\r\n"), reason::tls);
  add(answers(std::string(100'000, '\x16')), reason::tls);
  add(answers(std::string("\x15\x03\x03\x00\x02\x02\x28", 7)), reason::tls);  // a fatal alert
  add(stops_in_between(certificate), reason::tls);
  return out;
}

}  // namespace

TEST_CASE("tls leaks: after ten thousand probes nothing is connected and no descriptor is open") {
  const auto descriptors = open_descriptors();
  {
    asio::io_context io;
    probe_many(io, all_kinds(io), 20s);
  }
  CHECK(open_descriptors() == descriptors);
}

TEST_CASE("tls leaks: peers that stay silent end at the deadline, many at once") {
  const auto descriptors = open_descriptors();
  {
    asio::io_context io;
    const auto mute = kind(io, silent, reason::timeout);
    int running = 200;
    for (int i = running; i > 0; --i) {
      const async_context ctx{io.get_executor(), std::chrono::steady_clock::now() + probe_time_limit, &mute->names};
      asio::co_spawn(io, mute->checks.front()->probe(ctx), [&](std::exception_ptr e, outcome out) {
        if (e) std::rethrow_exception(e);
        CHECK(out.reason == reason::timeout);
        if (--running == 0) mute->server.stop();
      });
    }
    io.run_for(20s);
    CHECK(io.stopped());
    CHECK(mute->server.open() == 0);
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
      const auto good = kind(io, serves(certificate), reason::ok);
      REQUIRE(steps < 500);
      if (!cancel_after(steps, io, good->checks.front(), good->names, {&good->server})) break;
    }
  }
  CHECK(open_descriptors() == descriptors);
}
