// Ten thousand probes of peers that misbehave: each ends in time with its reason, and no connection is left at either
// end.
#include "checks/postgres/peer.hpp"
#include "fakes/many_probes.hpp"

using namespace telltale;
using namespace telltale::fakes;

namespace {

asio::awaitable<void> hangs_up(tcp::socket socket) { co_await read_message(socket, false); }

/// Sends notices until nobody listens, and never reads.
asio::awaitable<void> floods(tcp::socket socket) {
  std::string bytes = "N";
  for (int i = 0; i < 1000; ++i) bytes += pg::message('N', std::string(1000, '\0'));
  for (;;) {
    const auto buffer = asio::buffer(bytes);
    auto [error, count] = co_await asio::async_write(socket, buffer, quiet);
    if (error) co_return;
  }
}

probed_peers all_kinds(asio::io_context& io) {
  probed_peers out;
  const auto add = [&](script does, reason why, options chosen = {}) {
    out.push_back(std::make_unique<probed_peer>(io, std::move(does), make_postgres_check(std::move(chosen)), why));
  };
  const auto failing = [](std::string postgres_script::*part, const std::string& bytes) {
    postgres_script one;
    one.*part = bytes;
    return serves_postgres(one);
  };
  add(serves_postgres({}), reason::ok);
  add(serves_postgres({}), reason::ok, with_query());
  add(serves_postgres({}), reason::ok, {{"mode", text("ready")}});
  add(silent, reason::timeout);
  add(hangs_up, reason::refused);
  add(failing(&postgres_script::tls, "HTTP/1.1 400 Bad Request\r\n\r\n"), reason::protocol);
  add(failing(&postgres_script::login, pg::error("57P03", "starting up")), reason::loading);
  add(failing(&postgres_script::login, pg::authentication(5, "salt")), reason::auth);
  add(failing(&postgres_script::state, pg::message('?', "")), reason::protocol);
  add(failing(&postgres_script::result, pg::error("42P01", "no table")), reason::mismatch, with_query());
  add(floods, reason::protocol);
  return out;
}

}  // namespace

TEST_CASE("postgres leaks: after ten thousand probes nothing is connected and no descriptor is open") {
  const auto descriptors = open_descriptors();
  {
    asio::io_context io;
    probe_many(io, all_kinds(io));
  }
  CHECK(open_descriptors() == descriptors);
}
