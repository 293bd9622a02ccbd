// The tls check against servers that are not ours: openssl s_server, and nginx before and after a reload.
#include <fstream>

#include "checks/tls/peers.hpp"
#include "fakes/server_program.hpp"

using namespace telltale;
using namespace telltale::fakes;

namespace {

program_location openssl() { return find_program("openssl", "usr/bin/openssl"); }

outcome probe_at(const std::string& address, options chosen) {
  asio::io_context io;
  fixed_resolver names;
  if (const auto colon = address.rfind(':'); !address.starts_with("unix:"))
    names.answer.endpoints = {
        {asio::ip::address_v4::loopback(), static_cast<std::uint16_t>(std::stoi(address.substr(colon + 1)))}};
  chosen.emplace_back("address", text(address));
  return probe_once(io, std::make_shared<whole_check>(std::move(chosen)), names, 20s, {});
}

/// The port that s_server was given: "ACCEPT 127.0.0.1:43211".
std::string port_in(const std::string& said) {
  const auto at = said.find("ACCEPT ");
  const auto line = said.substr(at, said.find('\n', at) - at);
  return line.substr(line.rfind(':') + 1);
}

struct row {
  std::string name;
  std::vector<std::string> arguments;
  options chosen;
  reason why;
  std::string words;
};

}  // namespace

TEST_CASE("tls servers: openssl s_server") {
  const auto program = openssl();
  if (absent(program, "openssl")) return;
  const authorities known;
  const auto middle = make_identity({"Middle", "", -3600, 90 * day, true}, &known.ca);
  const auto server = make_identity({"server.test", "DNS:server.test", -3600, 90 * day}, &middle);
  const auto old = known.server("server.test", -90 * day, -7200);
  const auto own = make_identity({"server.test", "DNS:server.test", -3600, 90 * day});
  const auto pair = [&](const std::string& name, const identity& of) {
    return std::vector<std::string>{"-cert", known.write(name + ".pem", certificate_pem(of)), "-key",
                                    known.write(name + ".key", key_pem(of))};
  };
  const auto good = [&](std::vector<std::string> more = {}) {
    auto out = pair("good", server);
    out.insert(out.end(), {"-cert_chain", known.write("middle.pem", certificate_pem(middle))});
    out.insert(out.end(), more.begin(), more.end());
    return out;
  };
  const options trusting{{"ca_file", text(known.ca_file)}};
  auto strict = trusting;
  strict.emplace_back("min_version", text("1.3"));
  auto same = trusting;
  same.emplace_back("file", text(known / "good.pem"));
  auto elsewhere = trusting;
  elsewhere.emplace_back("server_name", text("other.test"));
  const row rows[] = {
      {"TLS 1.3", good(), trusting, reason::ok, "TLS 1.3, certificate valid until"},
      {"TLS 1.2", good({"-tls1_2"}), trusting, reason::ok, "TLS 1.2, "},
      {"TLS 1.2 only", good({"-tls1_2"}), strict, reason::tls, "1.3 or later"},
      {"TLS 1.1", good({"-tls1_1", "-cipher", "ALL:@SECLEVEL=0"}), trusting, reason::tls, "1.2 or later"},
      {"the same file", good(), same, reason::ok, "the same as in"},
      {"no intermediate", pair("good", server), trusting, reason::tls, "incomplete chain"},
      {"expired", pair("old", old), trusting, reason::tls, "has expired"},
      {"self-signed", pair("own", own), trusting, reason::tls, "self-signed"},
      {"wrong name", good(), elsewhere, reason::tls, "not for other.test: it is for server.test"},
      {"client certificate, 1.3", good({"-Verify", "1"}), trusting, reason::tls, "requires a client certificate"},
      {"client certificate, 1.2", good({"-Verify", "1", "-tls1_2"}), trusting, reason::tls,
       "requires a client certificate"},
  };
  for (const auto& r : rows) {
    CAPTURE(r.name);
    std::vector<std::string> arguments{"s_server", "-www", "-accept", "127.0.0.1:0"};
    arguments.insert(arguments.end(), r.arguments.begin(), r.arguments.end());
    const server_program running(program, arguments, "ACCEPT");
    CAPTURE(running.said());
    REQUIRE(running.running());
    const auto out = probe_at("server.test:" + port_in(running.said()), r.chosen);
    CAPTURE(out.message);
    CHECK(to_string(out.reason) == to_string(r.why));
    CHECK(contains(out.message, r.words));
  }
}

TEST_CASE("tls servers: nginx that was not reloaded after a renewal, and plain HTTP, are told apart") {
  const auto program = nginx();
  if (absent(program, "nginx")) return;
  const authorities known;
  const auto install = [&](const identity& of) {
    known.write("site.key", key_pem(of));
    known.write("site.pem", certificate_pem(of));
  };
  install(known.server());
  const auto at = [&](const std::string& name) { return known / name; };
  std::string temporary;
  for (const char* kind : {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"})
    temporary += std::string(kind) + "_temp_path " + at(kind) + ";";
  const std::string ssl = "ssl_certificate " + at("site.pem") + "; ssl_certificate_key " + at("site.key") + ";";
  known.write("nginx.conf", std::string(::geteuid() == 0 ? "user root;" : "") + "daemon off; worker_processes 1; pid " +
                                at("pid") + "; error_log stderr notice; events {} http { access_log off; " + temporary +
                                ssl + " server { listen unix:" + at("tls.sock") + " ssl; return 200; }" +
                                " server { listen unix:" + at("mtls.sock") + " ssl; ssl_verify_client on;" +
                                " ssl_client_certificate " + known.ca_file + "; return 200; }" +
                                " server { listen unix:" + at("plain.sock") + "; return 200; } }\n");
  const server_program running(program, {"-p", known / "", "-e", "stderr", "-c", at("nginx.conf")},
                               "start worker process ");
  CAPTURE(running.said());
  REQUIRE(running.running());
  const options chosen{
      {"ca_file", text(known.ca_file)}, {"server_name", text("server.test")}, {"file", text(at("site.pem"))}};
  const auto probe = [&](const char* socket) { return probe_at("unix:" + at(socket), chosen); };

  CHECK(probe("tls.sock").verdict == verdict::pass);
  CHECK(contains(probe("mtls.sock").message, "(the server asks for a client certificate)"));
  CHECK(contains(probe("plain.sock").message, "speaks plain HTTP on this port, not TLS"));
  install(known.server());
  const auto stale = probe("tls.sock");
  CAPTURE(stale.message);
  CHECK(stale.reason == reason::mismatch);
  CHECK(contains(stale.message, "the server was not reloaded"));

  pid_t pid = 0;
  std::ifstream(at("pid")) >> pid;
  REQUIRE(pid > 1);
  ::kill(pid, SIGHUP);
  auto reloaded = stale;
  const auto limit = std::chrono::steady_clock::now() + 20s;
  while (reloaded.verdict != verdict::pass && std::chrono::steady_clock::now() < limit) reloaded = probe("tls.sock");
  CAPTURE(reloaded.message);
  CHECK(reloaded.verdict == verdict::pass);
}
