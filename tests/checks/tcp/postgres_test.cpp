// STARTTLS with a PostgreSQL server from Debian's package.
#include <unistd.h>

#include <cstdlib>
#include <memory>

#include "fakes/certificates.hpp"
#include "fakes/free_port.hpp"
#include "fakes/network_peer.hpp"
#include "fakes/server_program.hpp"
#include "fakes/temp_folder.hpp"

namespace telltale::checks {
check_type tcp();
}

using namespace telltale;
using namespace telltale::fakes;

namespace {

/// A database folder with a certificate, and a server on it, which ends with the object.
class postgres {
 public:
  static program_location program() { return find_program("postgresql", "usr/lib/postgresql/15/bin/postgres"); }

  postgres() {
    const auto identity = make_identity({"db.test", "DNS:db.test"});
    write_pem(certificate(), identity);
    write_key(folder_ / "key.pem", identity);
    auto command = "LD_LIBRARY_PATH=" + program().libraries;
    for (const auto& word : as_somebody()) command += " " + word;
    command += " " + std::filesystem::path(program().path).replace_filename("initdb").string() + " -D " + data() +
               " -U postgres -A trust --locale=C -E UTF8 --no-sync >" + (folder_ / "log") + " 2>&1";
    prepared_ = std::system(command.c_str()) == 0;
  }
  bool prepared() const { return prepared_; }
  std::string certificate() const { return folder_ / "cert.pem"; }

  void start(const std::string& ssl) {
    server_.reset();
    for (int tries = 0; tries < 3 && !(server_ && server_->running()); ++tries) {
      endpoint_ = free_port();
      auto arguments = as_somebody();
      const std::vector<std::string> own{program().path,
                                         "-D",
                                         data(),
                                         "-h",
                                         "127.0.0.1",
                                         "-p",
                                         std::to_string(endpoint_.port()),
                                         "-c",
                                         "unix_socket_directories=",
                                         "-c",
                                         "fsync=off",
                                         "-c",
                                         "ssl=" + ssl,
                                         "-c",
                                         "ssl_cert_file=" + certificate(),
                                         "-c",
                                         "ssl_key_file=" + (folder_ / "key.pem")};
      arguments.insert(arguments.end(), own.begin(), own.end());
      const program_location where{arguments.front(), program().libraries};
      arguments.erase(arguments.begin());
      server_ = std::make_unique<server_program>(where, arguments, "ready to accept connections");
    }
    REQUIRE_MESSAGE(server_->running(), server_->said());
  }

  outcome probed(fakes::options chosen) const {
    asio::io_context io;
    fixed_resolver names;
    names.answer.endpoints = {endpoint_};
    chosen.emplace_back("address", text("db.test:5432"));
    chosen.emplace_back("starttls", text("postgres"));
    return probe_once(io, make_check(checks::tcp(), std::move(chosen)), names, 10s, {});
  }

 private:
  /// PostgreSQL refuses to run as root; in a user namespace the files stay readable.
  static std::vector<std::string> as_somebody() {
    if (::geteuid() != 0) return {};
    return {"/usr/bin/unshare", "--user", "--map-user=65534", "--map-group=65534"};
  }
  std::string data() const { return folder_ / "data"; }

  temp_folder folder_;
  tcp::endpoint endpoint_;
  std::unique_ptr<server_program> server_;
  bool prepared_ = false;
};

}  // namespace

TEST_CASE("tcp postgres: TLS begins on request, and a server without it is told apart") {
  if (postgres::program().path.empty()) {
    MESSAGE("skipped: no PostgreSQL (scripts/tools.sh)");
    return;
  }
  postgres server;
  if (!server.prepared()) {
    MESSAGE("skipped: initdb does not run here: a library is missing, or user namespaces are not permitted");
    return;
  }
  server.start("on");
  auto out = server.probed({{"ca_file", text(server.certificate())}});
  CAPTURE(out.message);
  CHECK(out.message == "db.test:5432: connected");
  CHECK(out.measured("starttls_seconds"));
  CHECK(out.measured("certificate_expiry_seconds"));
  CHECK(contains(server.probed({}).message, "self-signed"));
  server.start("off");
  out = server.probed({});
  CHECK(out.reason == reason::tls);
  CHECK(out.message == "db.test:5432: the server does not offer TLS (PostgreSQL's setting ssl is off)");
}
