// The postgres check against PostgreSQL 15 from Debian's package.
#include "checks/postgres/probe.hpp"
#include "fakes/postgres_server.hpp"

using namespace telltale;
using namespace telltale::fakes;

namespace {

bool skipped() {
  const auto why = postgres_server::unavailable();
  if (!why.empty()) MESSAGE(why);
  return !why.empty();
}

/// A server with a database `app` and users `app` and `old`, whose password is "hunter2hunter2" (SCRAM and md5).
class app_server : public postgres_server {
 public:
  explicit app_server(const std::string& rules = "host all all 127.0.0.1/32 scram-sha-256\n",
                      const std::vector<std::string>& settings = {}) {
    start(rules, settings);
    sql("CREATE ROLE app LOGIN PASSWORD $$hunter2hunter2$$");
    sql("SET password_encryption = md5; CREATE ROLE old LOGIN PASSWORD $$hunter2hunter2$$");
    sql("CREATE DATABASE app OWNER app");
  }
  /// A run over TCP, at the name db.test.
  outcome probed(options chosen, const std::string& password = "hunter2hunter2") const {
    chosen.emplace_back("address", text("db.test:5432"));
    chosen.emplace_back("database", text("app"));
    if (!password.empty()) chosen.emplace_back("password", secret_text(password));
    postgres_runs check(std::move(chosen), endpoint());
    return check.run();
  }
};

}  // namespace

TEST_CASE("postgres server: each method of authentication logs in, and a wrong password does not") {
  if (skipped()) return;
  for (const std::string method : {"trust", "password", "md5", "scram-sha-256"}) {
    CAPTURE(method);
    const app_server server("host all all 127.0.0.1/32 " + method + "\n");
    for (const char* user : {"app", "old"}) {
      if (method == "scram-sha-256" && user == std::string("old")) continue;  // has no keys for SCRAM
      CAPTURE(user);
      const auto out = server.probed({{"user", text(user)}, {"tls", text("false")}});
      CHECK(described(out) == (method == "password" ? "" : "pass ok: db.test:5432: primary, answers queries"));
      CHECK(out.measured("login_seconds"));
      const auto wrong = server.probed({{"user", text(user)}}, "hunter3hunter3");
      CHECK(described(wrong) == "");
      CHECK(described(server.probed({{"user", text(user)}}, "")) == "");
    }
  }
}
