// The http check against servers that are not ours: nginx, haproxy, FastAPI on uvicorn, Node.
#include <thread>

#include <boost/asio/local/stream_protocol.hpp>

#include "checks/http/peer.hpp"
#include "fakes/certificates.hpp"
#include "fakes/server_program.hpp"
#include "fakes/temp_folder.hpp"

using namespace telltale;
using namespace telltale::fakes;

namespace {

struct row {
  std::string path;
  fakes::options chosen;
  reason why;
  std::string words;
};

/// Runs the check `times` times; it connects to `port`, or to the Unix socket that the options name.
std::vector<outcome> probe_at(std::uint16_t port, const std::string& url, fakes::options chosen, int times = 1,
                              std::chrono::milliseconds timeout = ample) {
  asio::io_context io;
  fixed_resolver names;
  names.answer.endpoints = {{asio::ip::address_v4::loopback(), port}};
  chosen.emplace_back("url", text(url));
  auto check = make_check(checks::http(), std::move(chosen));
  std::vector<outcome> out;
  const auto run_all = [&]() -> asio::awaitable<void> {
    for (int i = 0; i < times; ++i) {
      const async_context ctx{io.get_executor(), std::chrono::steady_clock::now() + timeout, &names};
      auto found = co_await check->probe(ctx);
      out.push_back(std::move(found));
    }
    check.reset();
  };
  asio::co_spawn(io, run_all(), [](std::exception_ptr e) {
    if (e) std::rethrow_exception(e);
  });
  io.run_for(timeout * times + slack);
  CHECK(io.stopped());
  return out;
}

void expect(const outcome& out, const row& wanted) {
  CAPTURE(wanted.path);
  CAPTURE(out.message);
  CHECK(to_string(out.reason) == to_string(wanted.why));
  CHECK(contains(out.message, wanted.words));
}

fakes::options at_socket(const std::string& path, fakes::options more = {}) {
  more.emplace_back("unix", text(path));
  return more;
}

std::string nginx_configuration(const temp_folder& folder) {
  const auto in = [&](const char* name) { return folder / name + ";"; };
  std::string out = "daemon off; master_process off; error_log stderr notice; pid " + in("pid") +
                    " events {}\nhttp { access_log off; client_body_temp_path " + in("body") + " proxy_temp_path " +
                    in("proxy") + " fastcgi_temp_path " + in("fastcgi") + " uwsgi_temp_path " + in("uwsgi") +
                    " scgi_temp_path " + in("scgi") + " keepalive_requests 2; root " + in("site") + "\n";
  out += "server { listen unix:" + in("plain") +
         " location = /ok { return 200 ok; } location = /denied { deny all; } location = /moved { return 301 /ok; }"
         " location = /busy { return 429; } location = /down { proxy_pass http://unix:" +
         (folder / "nobody") +
         "; }"
         " location = /auth { auth_basic x; auth_basic_user_file " +
         in("users") + " } }\n";
  out += "server { listen unix:" + folder / "tls" + " ssl; ssl_certificate " + in("cert.pem") +
         " ssl_certificate_key " + in("key.pem") + " return 200 ok; }\n";
  out += "server { listen unix:" + folder / "http2" + " http2; return 200 ok; }\n";
  return out + "}\n";
}

constexpr const char* fastapi_program = R"(
import asyncio, socket, uvicorn
from fastapi import Depends, FastAPI
from fastapi.responses import JSONResponse, StreamingResponse
from fastapi.security import HTTPBasic
app = FastAPI()
@app.get("/health")
async def health():
    return {"status": "ok", "queue": 3}
@app.get("/report")
async def report():
    redis = [{"status": "fail", "output": "Error 111 connecting to redis:6379. Connection refused."}]
    return JSONResponse({"status": "fail", "checks": {"redis": redis}}, 503, media_type="application/health+json")
@app.get("/stream")
async def stream():
    return StreamingResponse(iter(["we are ", "rea", "dy"]), media_type="text/plain")
@app.get("/boom")
async def boom():
    raise RuntimeError("a secret traceback")
@app.get("/slow")
async def slow():
    await asyncio.sleep(2)
@app.get("/slash/")
async def slash():
    return "here"
@app.get("/private")
async def private(who=Depends(HTTPBasic())):
    return who.username
@app.post("/ask")
async def ask(question: dict):
    return question
listener = socket.socket()
listener.bind(("127.0.0.1", 0))
listener.listen()
print("port", listener.getsockname()[1], flush=True)
uvicorn.Server(uvicorn.Config(app, log_level="critical")).run(sockets=[listener])
)";

constexpr const char* node_program = R"(
const server = require("http").createServer((request, response) => {
  if (request.url === "/json") return response.end(JSON.stringify({status: "ok"}));
  if (request.url === "/cut") {
    response.writeHead(200, {"Content-Length": 100});
    response.write("half");
    return setTimeout(() => response.destroy(), 10);
  }
  if (request.url === "/chunks") { response.write("a"); return response.end("b"); }
  response.writeHead(404).end();
});
server.keepAliveTimeout = 1;
server.listen(0, "127.0.0.1", () => console.log("port " + server.address().port));
)";

/// "port 43211" of a program's output.
std::uint16_t port_in(const std::string& said) {
  const auto at = said.find("port ");
  return at == std::string::npos ? std::uint16_t(0) : static_cast<std::uint16_t>(std::stoi(said.substr(at + 5)));
}

const raw_value password = map_of({{"env", text("TELLTALE_TEST_PASSWORD")}});
fakes::options as_user(const char* name) { return {{"basic", map_of({{"user", text(name)}, {"password", password}})}}; }

}  // namespace

TEST_CASE("http servers: nginx") {
  const auto program = nginx();
  if (absent(program, "nginx")) return;
  ::setenv("TELLTALE_TEST_PASSWORD", "open-sesame", 1);
  const temp_folder folder;
  const auto identity = make_identity({});
  write_pem(folder / "cert.pem", identity);
  write_key(folder / "key.pem", identity);
  folder.write("users", "ann:{PLAIN}open-sesame\n");
  const auto file = folder.write("nginx.conf", nginx_configuration(folder));
  const server_program server(program, {"-p", folder.path(), "-e", "stderr", "-c", file}, "OS: ");
  CAPTURE(server.said());
  REQUIRE(server.running());
  const row rows[] = {
      {"/ok", {{"contains", text("ok")}}, reason::ok, "200 OK"},
      {"/absent", {}, reason::missing, "404 Not Found"},
      {"/denied", {}, reason::denied, "403 Forbidden"},
      {"/busy", {}, reason::overload, "429 Too Many Requests"},
      {"/down", {}, reason::refused, "502 Bad Gateway: a proxy received no valid reply"},
      {"/moved", {}, reason::refused, "301 Moved Permanently redirects to http://app/ok, which is not followed"},
      {"/moved", {{"redirects", text("1")}}, reason::ok, "after a redirect to http://app:80/ok: 200 OK"},
      {"/auth", {}, reason::auth, "401 Unauthorized: the server requires credentials"},
      {"/auth", as_user("bob"), reason::auth, "does not accept the credentials"},
      {"/auth", as_user("ann"), reason::missing, "404"},  // let in; there is no file
      {"/ok", {{"json", map_of({{"/a", text("1")}})}}, reason::mismatch, "expected JSON"},
  };
  for (const auto& r : rows)
    expect(probe_at(0, "http://app" + r.path, at_socket(folder / "plain", r.chosen)).front(), r);
  const fakes::options insecure{{"insecure", text("true")}};
  const row others[] = {
      {"tls", insecure, reason::ok, "200 OK"},
      {"tls", {}, reason::tls, "self-signed"},
      {"plain", insecure, reason::tls, "speaks plain HTTP on this port"},
  };
  for (const auto& r : others)
    expect(probe_at(0, "https://server.test/ok", at_socket(folder / r.path, r.chosen)).front(), r);
  expect(probe_at(0, "http://app/", at_socket(folder / "tls")).front(),
         {"tls", {}, reason::protocol, "speaks TLS on this port"});
  expect(probe_at(0, "http://app/", at_socket(folder / "http2")).front(),
         {"http2", {}, reason::protocol, "speaks HTTP/2"});
  int connections = 0;
  for (const auto& out : probe_at(0, "http://app/ok", at_socket(folder / "plain"), 4)) {
    CHECK(out.verdict == verdict::pass);
    connections += out.measured("connect_seconds").has_value();
  }
  CHECK(connections == 2);  // keepalive_requests 2
}

TEST_CASE("http servers: haproxy") {
  const auto program = find_program("haproxy", "usr/sbin/haproxy");
  if (absent(program, "haproxy")) return;
  const temp_folder folder;
  const auto file =
      folder.write("haproxy.cfg",
                   "defaults\n  mode http\n  timeout client 5s\n  timeout server 200ms\n  timeout connect 1s\n"
                   "  timeout http-keep-alive 1ms\nfrontend front\n  bind unix@" +
                       folder / "front" +
                       "\n  http-request return status 200 content-type text/plain string ok if { path /ok }\n"
                       "  http-request deny deny_status 429 if { path /busy }\n"
                       "  use_backend silent if { path /silent }\n  default_backend none\n"
                       "backend none\nbackend silent\n  server s unix@" +
                       folder / "silent" + "\n");
  asio::io_context quiet_io;
  const asio::local::stream_protocol::acceptor silent(quiet_io,
                                                      asio::local::stream_protocol::endpoint(folder / "silent"));
  const server_program server(program, {"-db", "-V", "-f", file}, "Using epoll");
  CAPTURE(server.said());
  REQUIRE(server.running());
  // It says so shortly before it listens.
  const auto until = std::chrono::steady_clock::now() + 20s;
  while (probe_at(0, "http://app/ok", at_socket(folder / "front")).front().reason != reason::ok &&
         std::chrono::steady_clock::now() < until)
    std::this_thread::yield();
  const row rows[] = {
      {"/ok", {}, reason::ok, "200 OK"},
      {"/busy", {}, reason::overload, "429 Too Many Requests"},
      {"/", {}, reason::refused, "503 Service Unavailable"},
      {"/silent", {}, reason::timeout, "504 Gateway Timeout: a proxy received no reply from its backend in time"},
  };
  for (const auto& r : rows)
    expect(probe_at(0, "http://app" + r.path, at_socket(folder / "front", r.chosen)).front(), r);
  // It closes idle connections after 1 ms, sometimes just when the next request is sent.
  for (const auto& out : probe_at(0, "http://app/ok", at_socket(folder / "front"), 200)) {
    CAPTURE(out.message);
    CHECK(out.verdict == verdict::pass);
  }
}

TEST_CASE("http servers: FastAPI on uvicorn") {
  if (modules_absent("fastapi, uvicorn", "python3-fastapi python3-uvicorn")) return;
  ::setenv("TELLTALE_TEST_PASSWORD", "open-sesame", 1);
  const server_program server(python(), {"-c", fastapi_program}, "port ");
  CAPTURE(server.said());
  REQUIRE(server.running());
  const row rows[] = {
      {"/health",
       {{"json", map_of({{"/status", text("ok")}, {"/queue", text("< 10")}})}},
       reason::ok,
       "body as expected"},
      {"/health", {{"json", map_of({{"/queue", text("> 10")}})}}, reason::mismatch, "has /queue 3, expected > 10"},
      {"/report", {}, reason::refused, "503 Service Unavailable: component 'redis' fails: Error 111 connecting to"},
      {"/stream", {{"match", text("ready$")}}, reason::ok, "200 OK"},
      {"/boom", {}, reason::refused, "500 Internal Server Error"},
      {"/absent", {}, reason::missing, "404 Not Found"},
      {"/slash", {}, reason::refused, "307 Temporary Redirect redirects to"},
      {"/slash", {{"redirects", text("1")}, {"contains", text("here")}}, reason::ok, "200 OK"},
      {"/private", {}, reason::auth, "requires credentials"},
      {"/private", as_user("ann"), reason::ok, "200 OK"},
      {"/health", {{"method", text("POST")}}, reason::refused, "405 Method Not Allowed"},
      {"/ask",
       {{"method", text("POST")},
        {"body", text(R"({"a":1})")},
        {"headers", map_of({{"Content-Type", text("application/json")}})},
        {"json", map_of({{"/a", text("1")}})}},
       reason::ok,
       "200 OK"},
  };
  const auto port = port_in(server.said());
  const auto url = "http://127.0.0.1:" + std::to_string(port);
  for (const auto& r : rows) expect(probe_at(port, url + r.path, r.chosen).front(), r);
  const row slow{"/slow", {}, reason::timeout, "no reply within "};
  expect(probe_until(slow.words, [&](auto limit) { return probe_at(port, url + slow.path, {}, 1, limit).front(); }),
         slow);
  const auto kept = probe_at(port, url + "/health", {}, 3);
  CHECK_FALSE(kept[2].measured("connect_seconds"));
}

TEST_CASE("http servers: Node") {
  program_location node = find_program("node", "usr/bin/node");
  if (node.path.empty()) node = find_program("node", "usr/local/bin/node");
  if (absent(node, "node")) return;
  const server_program server(node, {"-e", node_program}, "port ");
  CAPTURE(server.said());
  REQUIRE(server.running());
  const row rows[] = {
      {"/json", {{"json", map_of({{"/status", text("ok")}})}}, reason::ok, "200 OK"},
      {"/chunks", {{"match", text("^ab$")}}, reason::ok, "200 OK"},
      {"/cut", {}, reason::protocol, "after 4 of 100 bytes"},
      {"/absent", {}, reason::missing, "404 Not Found"},
  };
  const auto port = port_in(server.said());
  const auto url = "http://127.0.0.1:" + std::to_string(port);
  for (const auto& r : rows) expect(probe_at(port, url + r.path, r.chosen).front(), r);
  for (const auto& out : probe_at(port, url + "/json", {}, 200)) {
    CAPTURE(out.message);
    CHECK(out.verdict == verdict::pass);
  }
}
