// A probe that is cancelled at any point ends without leaving an operation behind.
#include "checks/postgres/peer.hpp"
#include "fakes/cancelled_probes.hpp"

using namespace telltale;
using namespace telltale::fakes;

TEST_CASE("postgres cancelled: at any point of a healthy session") {
  cancel_everywhere(serves_postgres({}), make_postgres_check(with_query()), 200);
}

TEST_CASE("postgres cancelled: while the answer does not come, and while keys are derived") {
  cancel_everywhere(silent, make_postgres_check(), 12);
  const script asks_for_scram = [](tcp::socket socket) -> asio::awaitable<void> {
    if (co_await read_message(socket, false) == '\xff') co_return;
    co_await say(socket, "N");
    if (co_await read_message(socket, false) == '\xff') co_return;
    co_await say(socket, pg::authentication(10, std::string("SCRAM-SHA-256\0\0", 15)));
    std::string first(1 + 4 + 14 + 4, '\0'), nonce(32, '\0');
    const auto head = asio::buffer(first), rest = asio::buffer(nonce);
    auto [cut, count] = co_await asio::async_read(socket, head, quiet);
    if (cut) co_return;
    auto [end, more] = co_await asio::async_read(socket, rest, quiet);
    if (end) co_return;
    const auto challenge = "r=" + nonce.substr(8) + "x,s=AAAA,i=1000000";
    co_await say(socket, pg::authentication(11, challenge));
    co_await until_closed(socket);
  };
  const auto check = make_postgres_check({{"password", secret_text("hunter2hunter2")}});
  cancel_everywhere(asks_for_scram, check, 60);
  CHECK(probe_peer(asks_for_scram, check, 200ms, "db.test:5432").reason == reason::timeout);
}
