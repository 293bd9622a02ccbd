// A PostgreSQL server with the database and the users of an application.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "checks/postgres/probe.hpp"
#include "fakes/postgres_server.hpp"

namespace telltale::fakes {

/// Says why the servers of a test cannot run.
inline bool postgres_skipped() {
  const auto why = postgres_server::unavailable();
  if (!why.empty()) MESSAGE(why);
  return !why.empty();
}

/// The database `app`, and the users `app` and `old`, whose password hunter2hunter2 is stored for SCRAM and for md5.
class app_server : public postgres_server {
 public:
  explicit app_server(const std::string& method, const std::vector<std::string>& settings = {}) {
    start(rule_of(method), settings);
    sql("CREATE ROLE app LOGIN PASSWORD $$hunter2hunter2$$");
    sql("SET password_encryption = md5; CREATE ROLE old LOGIN PASSWORD $$hunter2hunter2$$");
    sql("CREATE DATABASE app OWNER app");
  }
  app_server() : app_server("trust") {}

  /// Replaces the rule for clients on 127.0.0.1.
  void rule(const std::string& method) const {
    set_rules(rule_of(method));
    reload();
  }
  void reload() const {
    CHECK(sql("SELECT pg_reload_conf()") == "t");
    // The postmaster reads the rules when it handles the signal; every session shows the time at which it did.
    await("SELECT pg_conf_load_time() > now() - interval $$1 minute$$", "t");
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  void restart(const std::vector<std::string>& settings) {
    stop();
    start(rule_of("scram-sha-256"), settings);
  }
  /// Repeats a statement until its answer is this one.
  void await(const std::string& statement, const std::string& answer) const {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    std::string last;
    while (last != answer && std::chrono::steady_clock::now() < end) last = sql(statement);
    CHECK_MESSAGE(last == answer, statement);
  }

  /// Options of a check that logs in over TCP as `app`, at the name db.test.
  options chosen(options more, const std::string& password = "hunter2hunter2") const {
    const auto add = [&](const char* name, raw_value value) {
      for (const auto& each : more)
        if (each.first == name) return;
      more.emplace_back(name, std::move(value));
    };
    add("address", text("db.test:5432"));
    add("user", text("app"));
    add("database", text("app"));
    if (!password.empty()) add("password", secret_text(password));
    return more;
  }
  outcome probed(options more, const std::string& password = "hunter2hunter2") const {
    postgres_runs check(chosen(std::move(more), password), endpoint());
    return check.run();
  }

 private:
  static std::string rule_of(const std::string& method) { return "host all all 127.0.0.1/32 " + method + "\n"; }
};

/// A session of psql that runs these statements, and ends with the object.
class session_of_psql {
 public:
  session_of_psql(const app_server& server, const std::string& statements, const std::string& first = "")
      : psql_(postgres_program("psql"),
              {"-h", server.folder(), "-p", server.port(), "-U", "postgres", "-qtAX", "-c", "SELECT $$started$$", "-c",
               first + statements},
              "started") {}
  ~session_of_psql() { psql_.stop(SIGKILL); }

 private:
  server_program psql_;
};

}  // namespace telltale::fakes
