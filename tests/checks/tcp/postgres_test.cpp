// STARTTLS with a PostgreSQL server from Debian's package.
#include "fakes/network_peer.hpp"
#include "fakes/postgres_server.hpp"

namespace telltale::checks {
check_type tcp();
}

using namespace telltale;
using namespace telltale::fakes;

namespace {

outcome probed(const postgres_server& server, fakes::options chosen) {
  asio::io_context io;
  fixed_resolver names;
  names.answer.endpoints = {server.endpoint()};
  chosen.emplace_back("address", text("db.test:5432"));
  chosen.emplace_back("starttls", text("postgres"));
  return probe_once(io, make_check(checks::tcp(), std::move(chosen)), names, 10s, {});
}

}  // namespace

TEST_CASE("tcp postgres: TLS begins on request, and a server without it is told apart") {
  if (const auto why = postgres_server::unavailable(); !why.empty()) {
    MESSAGE(why);
    return;
  }
  postgres_server server;
  server.start("", {"ssl=on"});
  auto out = probed(server, {{"ca_file", text(server.certificate())}});
  CAPTURE(out.message);
  CHECK(out.message == "db.test:5432: connected");
  CHECK(out.measured("starttls_seconds"));
  CHECK(out.measured("certificate_expiry_seconds"));
  CHECK(contains(probed(server, {}).message, "self-signed"));
  server.stop();
  server.start("", {"ssl=off"});
  out = probed(server, {});
  CHECK(out.reason == reason::tls);
  CHECK(out.message == "db.test:5432: the server does not offer TLS (PostgreSQL's setting ssl is off)");
}
