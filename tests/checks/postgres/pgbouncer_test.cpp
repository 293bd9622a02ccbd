// The postgres check with PgBouncer in front of the server.
#include "checks/postgres/app_server.hpp"

using namespace telltale;
using namespace telltale::fakes;

namespace {

program_location pgbouncer_program() { return find_program("pgbouncer", "usr/sbin/pgbouncer"); }

bool skipped() {
  if (postgres_skipped()) return true;
  return absent(pgbouncer_program(), "PgBouncer");
}

/// In transaction mode, with the user `app` and the databases `app`, `gone` (nowhere) and `nobody` (a wrong password).
class pgbouncer {
 public:
  explicit pgbouncer(const app_server& server, const std::string& settings = "") {
    const auto here = "host=127.0.0.1 port=" + server.port();
    folder_.write("users.txt", "\"app\" \"hunter2hunter2\"\n");
    for (int tries = 0; tries < 3 && !(running_ && running_->running()); ++tries) {
      endpoint_ = free_port();
      folder_.write("pgbouncer.ini", "[databases]\napp = " + here + " dbname=app\n" +
                                         "gone = host=127.0.0.1 port=1 dbname=app\nnobody = " + here +
                                         " dbname=app user=app password=wrong-password\n[pgbouncer]\n" +
                                         "listen_addr = 127.0.0.1\nlisten_port = " + std::to_string(endpoint_.port()) +
                                         "\nauth_type = scram-sha-256\nauth_file = " + (folder_ / "users.txt") +
                                         "\npool_mode = transaction\nunix_socket_dir =\nserver_login_retry = 1\n" +
                                         settings);
      auto words = as_somebody({pgbouncer_program().path, folder_ / "pgbouncer.ini"});
      const program_location where{words.front(), pgbouncer_program().libraries};
      words.erase(words.begin());
      running_ = std::make_unique<server_program>(where, words, "process up");
    }
    REQUIRE_MESSAGE(running_->running(), running_->said());
  }
  const tcp::endpoint& endpoint() const { return endpoint_; }
  std::string log() const { return running_->finish(SIGINT); }

 private:
  temp_folder folder_;
  tcp::endpoint endpoint_;
  std::unique_ptr<server_program> running_;
};

}  // namespace

TEST_CASE("postgres pgbouncer: queries pass through a pool, and its own failures are named") {
  if (skipped()) return;
  app_server server("scram-sha-256");
  const pgbouncer pool(server);
  const auto probed = [&](options chosen, const char* database, const std::string& password = "hunter2hunter2") {
    chosen.emplace_back("database", text(database));
    postgres_runs check(server.chosen(std::move(chosen), password), pool.endpoint());
    return described(check.run());
  };
  const char* const healthy = "pass ok: db.test:5432: primary, answers queries";
  postgres_runs kept(server.chosen({{"query", text("SELECT 7")}, {"expect", text("7")}}), pool.endpoint());
  for (int i = 0; i < 3; ++i) CHECK(described(kept.run()) == std::string(healthy) + ", query returns '7'");
  CHECK(probed({}, "app") == healthy);
  CHECK(missing(probed({}, "app", "hunter3hunter3"),
                "fail auth: db.test:5432: the pool does not accept the password: ") == "");
  CHECK(missing(probed({}, "nowhere"), "fail missing: db.test:5432: the pool does not know the database: ") == "");
  postgres_runs gone(server.chosen({{"database", text("gone")}}), pool.endpoint());
  CHECK(gone.run(3s).reason == reason::timeout);  // the pool lets its clients wait
  CHECK(missing(probed({}, "nobody"), "fail refused: db.test:5432: the pool cannot log in to its server: ") == "");
  server.stop();
  CHECK(kept.run(3s).verdict == verdict::fail);
}

TEST_CASE("postgres pgbouncer: the end of a connection is announced") {
  if (skipped()) return;
  const app_server server("scram-sha-256");
  const pgbouncer pool(server);
  CHECK(postgres_runs(server.chosen({{"reconnect", text("0s")}}), pool.endpoint()).run().verdict == verdict::pass);
  CHECK(postgres_runs(server.chosen({{"role", text("standby")}}), pool.endpoint()).run().verdict == verdict::fail);
  const auto log = pool.log();
  CHECK_MESSAGE(contains(log, "client close request"), log);
  CHECK_MESSAGE(!contains(log, "unexpected eof"), log);
}

TEST_CASE("postgres pgbouncer: a pool without a free connection is overloaded") {
  if (skipped()) return;
  app_server server("scram-sha-256");
  const pgbouncer pool(server, "max_client_conn = 1\n");
  postgres_runs first(server.chosen({}), pool.endpoint());
  CHECK(first.run().verdict == verdict::pass);
  postgres_runs second(server.chosen({}), pool.endpoint());
  CHECK(missing(described(second.run()), "fail overload: db.test:5432: the pool has no connection left: ") == "");
}
