// PostgreSQL from Debian's package: a primary in a temporary folder, and standbys of it.
#pragma once

#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "fakes/certificates.hpp"
#include "fakes/free_port.hpp"
#include "fakes/server_program.hpp"
#include "fakes/temp_folder.hpp"

namespace telltale::fakes {

/// Refuses to run as root, as PgBouncer does: in a user namespace root's files stay its own.
inline std::vector<std::string> as_somebody(const std::vector<std::string>& command) {
  if (::geteuid() != 0) return command;
  std::vector<std::string> out{"/usr/bin/unshare", "--user", "--map-user=65534", "--map-group=65534"};
  out.insert(out.end(), command.begin(), command.end());
  return out;
}

inline program_location postgres_program(const std::string& name = "postgres") {
  return find_program("postgresql", "usr/lib/postgresql/15/bin/" + name);
}

/// What a shell command prints; its errors too.
inline std::string output_of(const std::string& command) {
  std::string out;
  std::array<char, 512> piece;
  auto* const pipe = ::popen((command + " 2>&1").c_str(), "r");
  while (pipe && std::fgets(piece.data(), piece.size(), pipe)) out += piece.data();
  if (pipe) ::pclose(pipe);
  return out;
}

/// The superuser `postgres` logs in over the Unix socket without a password; every other rule is the test's. Listens on
/// 127.0.0.1 and on a Unix socket in its folder. It has a certificate for db.test.
class postgres_server {
 public:
  /// Why it cannot run here; empty when it can.
  static std::string unavailable() {
    if (postgres_program().path.empty() || postgres_program("pg_basebackup").path.empty())
      return "skipped: no PostgreSQL; scripts/tools.sh unpacks Debian's package";
    const auto tried = shell(as_somebody({postgres_program().path, "--version"}));
    return tried.find("PostgreSQL") != std::string::npos ? "" : "skipped: PostgreSQL does not run here: " + tried;
  }

  postgres_server() {
    static const temp_folder first;  // one initdb for all servers of a test
    if (!std::filesystem::exists(first / "data"))
      shell(as_somebody({program("initdb"), "-D", first / "data", "-U", "postgres", "-A", "trust", "--locale=C", "-E",
                         "UTF8", "--no-sync"}));
    shell({"cp", "-a", first / "data", data()});
    write_identity();
  }
  /// A standby, with its own name in its connection to the primary.
  explicit postgres_server(const postgres_server& primary) {
    shell({program("pg_basebackup"), "-D", data(), "-R", "-X", "stream", "-c", "fast", "--no-sync", "-h",
           primary.folder_.path(), "-p", primary.port(), "-U", "postgres"});
    write_identity();
  }
  ~postgres_server() { stop(); }

  /// `rules` are lines of pg_hba.conf behind the one for the superuser; `settings` as in "max_connections=10".
  void start(const std::string& rules = "", const std::vector<std::string>& settings = {},
             const char* until = "ready to accept") {
    set_rules(rules);
    for (int tries = 0; tries < 3 && !running(); ++tries) {
      if (endpoint_.port() == 0 || tries > 0) endpoint_ = free_port();
      std::vector<std::string> command{program("postgres"), "-D", data(), "-h", "127.0.0.1", "-p", port()};
      for (const auto& each : {"unix_socket_directories=" + folder_.path(), std::string("fsync=off"),
                               std::string("listen_addresses=127.0.0.1"), "ssl_cert_file=" + certificate(),
                               "ssl_key_file=" + (folder_ / "key.pem"), std::string("log_min_messages=log")})
        command.insert(command.end(), {"-c", each});
      for (const auto& each : settings) command.insert(command.end(), {"-c", each});
      auto words = as_somebody(command);
      const program_location where{words.front(), postgres_program().libraries};
      words.erase(words.begin());
      server_ = std::make_unique<server_program>(where, words, until);
    }
    REQUIRE_MESSAGE(running(), (server_ ? server_->said() : ""));
  }
  /// SIGINT ends the sessions of clients first.
  void stop(int signal = SIGINT) {
    if (server_) server_->stop(signal);
    server_.reset();
  }
  /// Ends it, and returns its log.
  std::string log() {
    auto out = server_->finish(SIGINT);
    server_.reset();
    return out;
  }
  void signal(int number) const { server_->signal(number); }
  bool running() const { return server_ && server_->running(); }

  void set_rules(const std::string& rules) const {
    std::ofstream(data() + "/pg_hba.conf") << "local all postgres trust\nlocal replication postgres trust\n" << rules;
  }
  /// The answer of psql as the superuser, without line breaks at its end.
  std::string sql(const std::string& statement, const std::string& database = "postgres") const {
    auto out = shell({program("psql"), "-h", folder_.path(), "-p", port(), "-U", "postgres", "-d", database, "-qtAX",
                      "-c", "'" + statement + "'"});
    while (out.ends_with('\n')) out.pop_back();
    return out;
  }

  const boost::asio::ip::tcp::endpoint& endpoint() const { return endpoint_; }
  std::string port() const { return std::to_string(endpoint_.port()); }
  std::string folder() const { return folder_.path(); }
  std::string socket() const { return folder_ / (".s.PGSQL." + port()); }
  std::string certificate() const { return folder_ / "cert.pem"; }
  std::string data() const { return folder_ / "data"; }

 private:
  static std::string program(const std::string& name) { return postgres_program(name).path; }
  static std::string shell(const std::vector<std::string>& words) {
    std::string command = "LD_LIBRARY_PATH=" + postgres_program().libraries;
    for (const auto& each : words) command += " " + each;
    return output_of(command);
  }
  void write_identity() const {
    const auto identity = make_identity({"db.test", "DNS:db.test"});
    write_pem(certificate(), identity);
    write_key(folder_ / "key.pem", identity);
  }

  temp_folder folder_;
  boost::asio::ip::tcp::endpoint endpoint_;
  std::unique_ptr<server_program> server_;
};

}  // namespace telltale::fakes
