// Tests the websocket check through nginx with virtual hosts, TLS and HTTP/2, before a real server.
#include <sys/prctl.h>

#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>

#include "checks/websocket/python_server.hpp"
#include "fakes/certificates.hpp"

using namespace telltale;
using namespace telltale::fakes;

namespace {

/// The path in TELLTALE_TOOLS, in the cache filled by scripts/tools.sh, or of an installed program; else empty.
std::string nginx_program() {
  const char* tools = std::getenv("TELLTALE_TOOLS");
  const char* cache = std::getenv("XDG_CACHE_HOME");
  const char* home = std::getenv("HOME");
  const auto folder = tools   ? std::string(tools)
                      : cache ? std::string(cache) + "/telltale/tools"
                      : home  ? std::string(home) + "/.cache/telltale/tools"
                              : std::string();
  for (const auto& path : {folder + "/nginx", std::string("/usr/sbin/nginx")})
    if (::access(path.c_str(), X_OK) == 0) return path;
  return "";
}

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
  proxy(const std::string& program, const tcp::endpoint& backend) {
    char name[] = "/tmp/telltale-nginx-XXXXXX";
    REQUIRE(::mkdtemp(name));
    folder_ = name;
    const auto identity = make_identity({});
    write_pem((folder_ / "cert.pem").string(), identity);
    write_key((folder_ / "key.pem").string(), identity);
    std::ofstream(folder_ / "nginx.conf") << configuration("127.0.0.1:" + std::to_string(backend.port()));
    start(program);
  }
  ~proxy() {
    ::kill(pid_, SIGTERM);
    ::waitpid(pid_, nullptr, 0);
    std::fclose(log_);
    std::filesystem::remove_all(folder_);
  }

  reserved_port plain;
  reserved_port tls;
  reserved_port http2;

 private:
  std::string configuration(const std::string& backend) const {
    const auto in = [&](const char* name) { return (folder_ / name).string() + ";"; };
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

  void start(const std::string& program) {
    const auto file = (folder_ / "nginx.conf").string();
    int log[2];
    REQUIRE(::pipe2(log, O_CLOEXEC) == 0);
    pid_ = ::fork();
    if (pid_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      ::dup2(log[1], 2);
      ::execl(program.c_str(), "nginx", "-p", folder_.c_str(), "-e", "stderr", "-c", file.c_str(), nullptr);
      ::_exit(127);
    }
    ::close(log[1]);
    log_ = ::fdopen(log[0], "r");
    wait_until_it_listens();
  }

  /// It logs the name of the operating system once its sockets listen.
  void wait_until_it_listens() {
    char line[1024];
    std::string output;
    while (output.find("OS: ") == std::string::npos && std::fgets(line, sizeof line, log_)) output += line;
    CAPTURE(output);
    REQUIRE(output.find("OS: ") != std::string::npos);
  }

  std::filesystem::path folder_;
  pid_t pid_ = 0;
  std::FILE* log_ = nullptr;
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
  const auto program = nginx_program();
  if (program.empty()) {
    MESSAGE("skipped: no nginx; scripts/tools.sh unpacks Debian's package");
    return;
  }
  if (absent()) return;
  const python_server backend;
  const proxy nginx(program, backend.endpoint);
  const std::string dropped = "a proxy that drops the Upgrade header";
  const row rows[] = {
      {"by a header", nginx.plain.endpoint, "ws", at_host("good.test"), reason::ok, "ping answered"},
      {"by server_name", nginx.plain.endpoint, "ws", {{"server_name", text("good.test")}}, reason::ok, "ping answered"},
      {"no such host", nginx.plain.endpoint, "ws", {}, reason::refused, "the Host header"},
      {"Upgrade is dropped", nginx.plain.endpoint, "ws", at_host("drops.test"), reason::protocol, dropped},
      {"Upgrade and HTTP/1.1 are", nginx.plain.endpoint, "ws", at_host("drops-all.test"), reason::refused, dropped},
      {"a page", nginx.plain.endpoint, "ws", at_host("static.test"), reason::protocol, dropped},
      {"TLS", nginx.tls.endpoint, "ws", {}, reason::protocol, "speaks TLS on this port"},
      {"plain HTTP", nginx.plain.endpoint, "wss", {{"insecure", text("true")}}, reason::tls, "speaks plain HTTP"},
      {"HTTP/2", nginx.http2.endpoint, "ws", {}, reason::protocol, "speaks HTTP/2"},
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
