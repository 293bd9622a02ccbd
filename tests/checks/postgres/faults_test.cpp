// The postgres check against scripted servers that break off, speak something else, or send hostile messages.
#include <set>

#include "checks/postgres/peer.hpp"
#include "fakes/certificates.hpp"
#include "fakes/starttls_peer.hpp"

using namespace telltale;
using namespace telltale::fakes;
using namespace std::string_literals;

namespace {

/// Says this at once, or after the client's first bytes, and then nothing.
script says(std::string bytes, bool first = false) {
  return [bytes, first](tcp::socket socket) -> asio::awaitable<void> {
    std::array<char, 512> chunk;
    const auto buffer = asio::buffer(chunk);
    if (!first) co_await socket.async_read_some(buffer, quiet);
    auto copy = bytes;
    co_await say(socket, std::move(copy));
    co_await until_closed(socket);
  };
}

}  // namespace

TEST_CASE("postgres faults: the whole session passes") {
  CHECK(described(probe_postgres(serves_postgres({}), with_query())) ==
        "pass ok: db.test:5432: primary, answers queries, query returns '7'");
  CHECK(described(probe_postgres(serves_postgres({}))) == "pass ok: db.test:5432: primary, answers queries");
  postgres_script without_request;
  without_request.tls = "";
  CHECK(probe_postgres(serves_postgres(without_request), {{"tls", text("false")}}).verdict == verdict::pass);
  postgres_script noisy;
  noisy.state = pg::message('N', "SNOTICE\0\0"s) + pg::message('A', "x"s) + pg::parameter("a", "b") + noisy.state;
  CHECK(probe_postgres(serves_postgres(noisy)).verdict == verdict::pass);
}

TEST_CASE("postgres faults: a session that is cut off anywhere does not pass") {
  postgres_script cut;
  const auto whole = cut.all().size();
  std::set<reason> seen;
  for (cut.most = 0; cut.most < whole; cut.most += 3) {
    CAPTURE(cut.most);
    const auto out = probe_postgres(serves_postgres(cut), with_query());
    CHECK(out.verdict == verdict::fail);
    CHECK((out.reason == reason::refused || out.reason == reason::protocol));
    seen.insert(out.reason);
  }
  CHECK(seen.size() == 2);
  cut.hangs_up = false;
  for (cut.most = 1; cut.most < whole; cut.most += 31) {
    CAPTURE(cut.most);
    CHECK(probe_postgres(serves_postgres(cut), with_query(), 300ms).reason == reason::timeout);
  }
}

TEST_CASE("postgres faults: servers of other protocols are named where they can be recognised") {
  struct row {
    const char* name;
    script behaviour;
    const char* with_tls;     ///< with the default, which asks for TLS first
    const char* without_tls;  ///< with `tls: false`
    std::chrono::milliseconds timeout = 5s;
  };
  const auto silence = "no answer to the ";
  const row rows[] = {
      {"HTTP", says("HTTP/1.1 400 Bad Request\r\n\r\n"),
       "does not speak PostgreSQL: it sent 'HTTP/1.1 400 Bad Request'",
       "the server speaks plain HTTP on this port, not PostgreSQL"},
      {"TLS", says("\x15\x03\x01\0\x02\x02\x46"s), "does not speak PostgreSQL", "speaks TLS on this port"},
      {"Redis", says("-ERR unknown command\r\n"), "it sent '-ERR unknown command'", "speaks Redis or POP3"},
      {"SMTP", says("220 mail.test ESMTP\r\n", true), "it sent '220 mail.test ESMTP'", "speaks SMTP or FTP"},
      {"SSH", says("SSH-2.0-OpenSSH_9.2\r\n", true), "", "speaks SSH"},
      {"MySQL",
       says("J\0\0\0\x0a"
            "5.5.5\0"s,
            true),
       "does not speak PostgreSQL", "the protocol of MySQL"},
      {"AMQP", says("AMQP\0\0\x09\x01"s), "does not speak PostgreSQL", "speaks AMQP"},
      {"memcached", says("ERROR\r\n"), "", ""},
      {"an echo", says("\0\0\0\x08\x04\xd2\x16\x2f"s), "does not speak PostgreSQL", "does not speak PostgreSQL"},
      {"silent", silent, silence, silence, 300ms},
  };
  for (const auto& each : rows) {
    CAPTURE(each.name);
    for (const bool tls : {true, false}) {
      const auto out = probe_postgres(each.behaviour, tls ? options() : options{{"tls", text("false")}}, each.timeout);
      CHECK(out.verdict == verdict::fail);
      CHECK(missing(out.message, tls ? each.with_tls : each.without_tls) == "");
      options ready{{"mode", text("ready")}};
      if (!tls) ready.emplace_back("tls", text("false"));
      CHECK(probe_postgres(each.behaviour, ready, each.timeout).verdict == verdict::fail);
    }
  }
}

TEST_CASE("postgres faults: a TLS server on the port does not pass") {
  const auto context = server_context(make_identity({}));
  const script tls = [context](tcp::socket socket) -> asio::awaitable<void> {
    asio::ssl::stream<tcp::socket> stream(std::move(socket), *context);
    co_await stream.async_handshake(asio::ssl::stream_base::server, quiet);
  };
  CHECK(probe_postgres(tls).verdict == verdict::fail);
  CHECK(probe_postgres(tls, {{"tls", text("false")}}).verdict == verdict::fail);
}

TEST_CASE("postgres faults: hostile lengths, types and orders are faults of the protocol") {
  const auto huge = "R\x7f\xff\xff\xff"s, negative = "R\xff\xff\xff\xff"s, tiny = "Z\0\0\0\1"s;
  for (const auto& bad :
       {huge, negative, tiny, pg::message('?', ""), pg::ready('T'), pg::ready('I'), pg::result(), pg::message('Z', ""),
        pg::message('Z', "II"), pg::message('E', ""), pg::message('E', "Cx"), pg::message('D', "\0\1"s),
        pg::data_row({"f"}), pg::data_row({"f", "off", "x"}), pg::data_row({}), pg::message('R', "x")}) {
    for (const auto part : {&postgres_script::login, &postgres_script::state, &postgres_script::end}) {
      postgres_script hostile;
      hostile.*part = bad;
      if (part == &postgres_script::end && bad == pg::ready('I')) continue;  // the right one
      CAPTURE(bad);
      const auto out = probe_postgres(serves_postgres(hostile));
      CHECK(missing(described(out), "fail protocol: ") == "");
    }
  }
  postgres_script floods;
  floods.state.clear();
  for (int i = 0; i < 300; ++i) floods.state += pg::message('N', std::string(1000, '\0'));
  CHECK(probe_postgres(serves_postgres(floods)).reason == reason::protocol);
  postgres_script twice;
  twice.end += pg::ready('I');
  CHECK(probe_postgres(serves_postgres(twice)).verdict == verdict::pass);  // but the connection is not kept
}

TEST_CASE("postgres faults: a result of the wrong shape is a fault of the protocol") {
  for (const auto& bad : {pg::message('1', "") + pg::message('D', "\0\2\0\0\0\1x"s), pg::message('G', ""),
                          pg::rolled_back() + pg::rolled_back(), pg::ready('T'), pg::result() + "x",
                          pg::complete("SELECT 0") + pg::ready('I'), pg::complete("SELECT 0") + pg::ready('E')}) {
    postgres_script hostile;
    hostile.result = bad;
    CAPTURE(bad);
    CHECK(probe_postgres(serves_postgres(hostile), with_query()).verdict == verdict::fail);
  }
}

TEST_CASE("postgres faults: each SQLSTATE has its reason, whenever it comes") {
  struct row {
    const char* code;
    reason why;
    const char* text = "text of the server";
  };
  const row rows[] = {{"57P03", reason::loading, "the database system is starting up"},
                      {"57P03", reason::loading, "the database system is in recovery mode"},
                      {"57P03", reason::refused, "the database system is shutting down"},
                      {"57P01", reason::refused},
                      {"57P02", reason::refused},
                      {"57P05", reason::refused},
                      {"57014", reason::timeout},
                      {"28P01", reason::auth},
                      {"28000", reason::auth},
                      {"3D000", reason::missing},
                      {"53300", reason::overload},
                      {"53200", reason::overload},
                      {"53400", reason::overload},
                      {"53100", reason::full, "could not extend file: No space left on device"},
                      {"25006", reason::readonly},
                      {"42501", reason::denied},
                      {"42P01", reason::mismatch},
                      {"22012", reason::mismatch},
                      {"55P03", reason::locked},
                      {"XX001", reason::corrupt},
                      {"XX002", reason::corrupt},
                      {"58030", reason::corrupt},
                      {"0A000", reason::mismatch},
                      {"08P01", reason::protocol},
                      {"08P01", reason::missing, "no such database: app"},
                      {"08P01", reason::overload, "no more connections allowed (max_client_conn)"},
                      {"08P01", reason::overload, "query_wait_timeout"},
                      {"40001", reason::refused},
                      {"99999", reason::refused},
                      {"", reason::refused}};
  for (const auto& [code, why, words] : rows) {
    for (const auto part :
         {&postgres_script::login, &postgres_script::state, &postgres_script::result, &postgres_script::end}) {
      postgres_script failing;
      failing.*part = pg::error(code, words);
      const auto out = probe_postgres(serves_postgres(failing), with_query());
      CAPTURE(out.message);
      CHECK(out.verdict == verdict::fail);
      CHECK(out.reason == why);
      CHECK(contains(out.message, "'"s + words + "' (" + code + ")"));
    }
  }
}

TEST_CASE("postgres faults: a server that repeats the password does not make it public") {
  postgres_script tells;
  tells.login = pg::error("28P01", "wrong: hunter2hunter2 \x1b[31m" + std::string(5000, 'x'));
  const auto out = probe_postgres(serves_postgres(tells), {{"password", secret_text("hunter2hunter2")}});
  CHECK_FALSE(contains(out.message, "hunter2"));
  CHECK_FALSE(contains(out.message, "\x1b"));
  CHECK(out.message.size() < 400);
  postgres_script result;
  result.result = pg::result("hunter2hunter2");
  const options chosen{{"password", secret_text("hunter2hunter2")}, {"query", text("SELECT 7")}};
  CHECK(described(probe_postgres(serves_postgres(result), chosen)) ==
        "pass ok: db.test:5432: primary, answers queries, query returns '***'");
}

TEST_CASE("postgres faults: data behind the refusal of TLS may be injected") {
  postgres_script injects;
  injects.tls = "N" + pg::trusted();
  CHECK(probe_postgres(serves_postgres(injects)).verdict == verdict::fail);
}

TEST_CASE("postgres faults: mode ready passes on any request for credentials and on a refused login only") {
  const auto ready = [](const std::string& login) {
    postgres_script one;
    one.login = login;
    return probe_postgres(serves_postgres(one), {{"mode", text("ready")}}).reason;
  };
  CHECK(ready(pg::authentication(10, "SCRAM-SHA-256\0\0"s)) == reason::ok);
  CHECK(ready(pg::authentication(5, "salt")) == reason::ok);
  CHECK(ready(pg::authentication(7)) == reason::ok);
  CHECK(ready(pg::trusted()) == reason::ok);
  CHECK(ready(pg::error("28000", "no entry")) == reason::ok);
  CHECK(ready(pg::error("28P01", "no")) == reason::ok);
  CHECK(ready(pg::error("3D000", "no database")) == reason::ok);
  CHECK(ready(pg::authentication(0) + pg::error("3D000", "no database")) == reason::ok);
  CHECK(ready(pg::authentication(0) + pg::error("53300", "full")) == reason::overload);
  CHECK(ready(pg::error("53300", "full")) == reason::overload);
  CHECK(ready(pg::error("57P03", "starting up")) == reason::loading);
  CHECK(ready(pg::error("XX000", "broken")) == reason::corrupt);
  CHECK(ready(pg::ready('I')) == reason::protocol);
}
