// The grpc check against a server that is not ours: Debian's python3-grpcio.
#include "checks/grpc/python_server.hpp"

using namespace telltale;
using namespace telltale::fakes;

namespace {

outcome probe(int port, fakes::options chosen, const std::string& address = "",
              std::chrono::milliseconds timeout = 10s) {
  asio::io_context io;
  fixed_resolver names;
  names.answer.endpoints = {{asio::ip::address_v4::loopback(), static_cast<std::uint16_t>(port)}};
  chosen.emplace_back("address", text(address.empty() ? "127.0.0.1:" + std::to_string(port) : address));
  return probe_once(io, make_grpc_check(std::move(chosen)), names, timeout, {});
}

fakes::options asking(const std::string& service) { return {{"service", text(service)}}; }

fakes::options with_token(const std::string& token) {
  ::setenv("TELLTALE_TEST_SECRET", token.c_str(), 1);
  const auto secret = map_of({{"env", text("TELLTALE_TEST_SECRET")}, {"prefix", text("Bearer ")}});
  return {{"service", text("token")}, {"metadata", map_of({{"authorization", secret}})}};
}

}  // namespace

TEST_CASE("grpc server: python3-grpcio answers each question with what it knows") {
  if (absent()) return;
  const python_server server;
  struct row {
    std::string name;
    int port;
    fakes::options chosen;
    reason why;
    std::string words;
    std::string address = "";
  };
  const fakes::options trusting{
      {"tls", text("true")}, {"ca_file", text(server.file("cert.pem"))}, {"server_name", text("server.test")}};
  const row rows[] = {
      {"the whole server", server.plain, {}, reason::ok, "SERVING"},
      {"a service", server.plain, asking("app.V1"), reason::ok, "SERVING"},
      {"a long name", server.plain, asking(std::string(1000, 'x')), reason::ok, "SERVING"},
      {"not serving", server.plain, asking("down.V1"), reason::loading, "NOT_SERVING for service 'down.V1'"},
      {"unknown", server.plain, asking("new.V1"), reason::mismatch, "UNKNOWN for service 'new.V1'"},
      {"no such service", server.plain, asking("no.V1"), reason::mismatch, "know service 'no.V1' (NOT_FOUND)"},
      {"no health service", server.without_health, {}, reason::protocol, "does not implement grpc.health.v1.Health"},
      {"no credentials", server.plain, asking("auth"), reason::auth, "(UNAUTHENTICATED: 'as asked')"},
      {"not permitted", server.plain, asking("denied"), reason::denied, "(PERMISSION_DENIED: 'as asked')"},
      {"busy", server.plain, asking("busy"), reason::overload, "(RESOURCE_EXHAUSTED: 'as asked')"},
      {"an exception", server.plain, asking("raises"), reason::refused, "(UNKNOWN: 'Exception calling application"},
      {"a good token", server.plain, with_token("good"), reason::ok, "SERVING"},
      {"the deadline of the call", server.plain, asking("time"), reason::refused, "'in time'"},
      {"the name of the client", server.plain, asking("agent"), reason::refused, "'telltale/"},
      {"TLS", server.tls, trusting, reason::ok, "SERVING"},
      {"an untrusted certificate", server.tls, {{"tls", text("true")}}, reason::tls, "self-signed"},
      {"a Unix socket", server.plain, {}, reason::ok, "SERVING", "unix:" + server.file("app.sock")},
  };
  for (const auto& r : rows) {
    CAPTURE(r.name);
    const auto out = probe(r.port, r.chosen, r.address);
    CAPTURE(out.message);
    CHECK(to_string(out.reason) == to_string(r.why));
    CHECK(contains(out.message, r.words));
  }
}

TEST_CASE("grpc server: python3-grpcio's words are decoded and the token in them is hidden") {
  if (absent()) return;
  const python_server server;
  const auto out = probe(server.plain, with_token("hunter2hunter2"));
  CHECK(out.reason == reason::auth);
  CHECK(contains(out.message, "(UNAUTHENTICATED: 'no: Bearer *** \xc3\xa4%?')"));
}

TEST_CASE("grpc server: TLS and plain text on the wrong port, and a server that is too slow") {
  if (absent()) return;
  const python_server server;
  auto out = probe(server.tls, {});
  CAPTURE(out.message);
  CHECK(out.reason == reason::refused);
  CHECK(contains(out.message, "TLS on this port"));
  out = probe(server.plain, {{"tls", text("true")}, {"insecure", text("true")}});
  CAPTURE(out.message);
  CHECK(out.reason == reason::tls);
  CHECK(contains(out.message, "speaks plain HTTP/2 on this port"));
  out = probe(server.plain, asking("slow"), "", 300ms);
  CAPTURE(out.message);
  CHECK(out.reason == reason::timeout);
}
