// Tests the websocket check through nginx with virtual hosts, TLS and HTTP/2, before a real server.
#include <sys/socket.h>

#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "checks/websocket/python_server.hpp"
#include "fakes/certificates.hpp"
#include "fakes/server_program.hpp"
#include "fakes/temp_folder.hpp"

using namespace telltale;
using namespace telltale::fakes;

namespace {

/// Reserves a port: it is bound without listening, and shared with nginx by SO_REUSEPORT.
struct reserved_port {
  reserved_port() : descriptor(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const tcp::endpoint any(asio::ip::address_v4::loopback(), 0);
    const int on = 1;
    REQUIRE(::setsockopt(descriptor, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) == 0);
    REQUIRE(::bind(descriptor, any.data(), static_cast<socklen_t>(any.size())) == 0);
    auto size = static_cast<socklen_t>(endpoint.capacity());
    REQUIRE(::getsockname(descriptor, endpoint.data(), &size) == 0);
  }
  ~reserved_port() { ::close(descriptor); }
  std::string address() const { return "127.0.0.1:" + std::to_string(endpoint.port()); }

  int descriptor;
  tcp::endpoint endpoint;
};

/// nginx before `backend`. It ends with this object and with the test.
class proxy {
 public:
  proxy(const program_location& program, const tcp::endpoint& backend) {
    const auto identity = make_identity({});
    write_pem(folder_ / "cert.pem", identity);
    write_key(folder_ / "key.pem", identity);
    const auto file = folder_.write("nginx.conf", configuration("127.0.0.1:" + std::to_string(backend.port())));
    const std::vector<std::string> arguments{"-p", folder_.path(), "-e", "stderr", "-c", file};
    server_.emplace(program, arguments, "OS: ");  // nginx names the system once its sockets listen
    CAPTURE(server_->said());
    REQUIRE(server_->running());
  }

  reserved_port plain;
  reserved_port tls;
  reserved_port http2;

 private:
  std::string configuration(const std::string& backend) const {
    const auto in = [&](const char* name) { return folder_ / name + ";"; };
    const auto server = [](const std::string& listen, const std::string& rest) {
      return "server { listen " + listen + "; " + rest + " }\n";
    };
    const auto passes = " proxy_pass http://" + backend + "; ";
    const std::string upgrades = "proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade;";
    const std::string newer = "proxy_http_version 1.1;";
    auto out = "daemon off; master_process off; pid " + in("pid") + " error_log stderr notice;" +
               " events {}\nhttp { access_log off; client_body_temp_path " + in("body") + " proxy_temp_path " +
               in("proxy") + " fastcgi_temp_path " + in("fastcgi") + " uwsgi_temp_path " + in("uwsgi") +
               " scgi_temp_path " + in("scgi") + "\n";
    out += server(plain.address() + " default_server reuseport", "return 404;");
    out += server(plain.address(), "server_name good.test; location / {" + passes + newer + upgrades + "}");
    out += server(plain.address(), "server_name drops.test; location / {" + passes + newer + "}");
    out += server(plain.address(), "server_name drops-all.test; location / {" + passes + "}");
    out += server(plain.address(), "server_name static.test; return 200;");
    out += server(tls.address() + " ssl reuseport",
                  "ssl_certificate " + in("cert.pem") + " ssl_certificate_key " + in("key.pem") + " return 200;");
    out += server(http2.address() + " http2 reuseport", "return 200;");
    return out + "}\n";
  }

  temp_folder folder_;
  std::optional<server_program> server_;
};

struct row {
  std::string name;
  tcp::endpoint where;
  std::string scheme;
  options chosen;
  reason why;
  std::string words;
};

options at_host(const std::string& host) { return {{"headers", map_of({{"Host", text(host)}})}}; }

}  // namespace

TEST_CASE("websocket nginx: virtual hosts, a dropped Upgrade header, TLS and HTTP/2 are distinguished") {
  const auto program = nginx();
  if (absent(program, "nginx") || absent()) return;
  const python_server backend;
  const proxy front(program, backend.endpoint);
  const std::string dropped = "a proxy that drops the Upgrade header";
  const row rows[] = {
      {"by a header", front.plain.endpoint, "ws", at_host("good.test"), reason::ok, "ping answered"},
      {"by server_name", front.plain.endpoint, "ws", {{"server_name", text("good.test")}}, reason::ok, "ping answered"},
      {"no such host", front.plain.endpoint, "ws", {}, reason::missing, "the Host header"},
      {"Upgrade is dropped", front.plain.endpoint, "ws", at_host("drops.test"), reason::protocol, dropped},
      {"Upgrade and HTTP/1.1 are", front.plain.endpoint, "ws", at_host("drops-all.test"), reason::refused, dropped},
      {"a page", front.plain.endpoint, "ws", at_host("static.test"), reason::protocol, dropped},
      {"TLS", front.tls.endpoint, "ws", {}, reason::protocol, "speaks TLS on this port"},
      {"plain HTTP", front.plain.endpoint, "wss", {{"insecure", text("true")}}, reason::tls, "speaks plain HTTP"},
      {"HTTP/2", front.http2.endpoint, "ws", {}, reason::protocol, "speaks HTTP/2"},
  };
  for (const auto& r : rows) {
    CAPTURE(r.name);
    asio::io_context io;
    fixed_resolver names;
    names.answer.endpoints = {r.where};
    auto chosen = r.chosen;
    chosen.emplace_back("url", text(r.scheme + "://127.0.0.1:" + std::to_string(r.where.port()) + "/ws"));
    const auto out = probe_once(io, make_check(std::move(chosen)), names, 10s, {});
    CAPTURE(out.message);
    CHECK(to_string(out.reason) == to_string(r.why));
    CHECK(contains(out.message, r.words));
  }
}
