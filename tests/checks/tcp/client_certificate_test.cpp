// The tcp check against a server that refuses clients without a certificate after the handshake of TLS 1.3.
#include "fakes/network_peer.hpp"
#include "fakes/python_tls_server.hpp"

namespace telltale::checks {
check_type tcp();
}

using namespace telltale;
using namespace telltale::fakes;

namespace {

outcome probe_at(const python_tls_server& server, const std::string& ca_file, options chosen) {
  asio::io_context io;
  fixed_resolver names;
  names.answer.endpoints = {server.endpoint()};
  chosen.emplace_back("address", text("server.test:443"));
  chosen.emplace_back("ca_file", text(ca_file));
  chosen.emplace_back("tls", text("true"));
  return probe_once(io, make_check(checks::tcp(), std::move(chosen)), names, 20s, {});
}

}  // namespace

TEST_CASE("tcp: a server that requires a client certificate fails every run, and passes with one") {
  if (!python_tls_server::available()) {
    MESSAGE("skipped: no /usr/bin/python3 with ssl; scripts/deps.sh installs it");
    return;
  }
  const temp_folder folder;
  const auto authority = make_identity({"Test CA", "", -3600, 3650L * 86400, true});
  const auto client = make_identity({"telltale", ""}, &authority);
  const auto ca_file = folder.write("ca.pem", certificate_pem(authority));
  const python_tls_server server(authority);
  REQUIRE(server.running());
  const options sending{{"send", text("hello")}}, expecting{{"expect", text("hello")}};
  const options slow{{"latency", text("1ms")}};
  for (const auto& more : {options(), sending, expecting, slow}) {
    CAPTURE(more.size());
    check_refused_without_certificate([&] { return probe_at(server, ca_file, more); });
  }

  const auto out = probe_at(server, ca_file,
                            {{"cert_file", text(folder.write("client.pem", certificate_pem(client)))},
                             {"key_file", text(folder.write("client.key", key_pem(client)))}});
  CAPTURE(out.message);
  CHECK(out.reason == reason::ok);
  CHECK(contains(out.message, "connected"));
}
