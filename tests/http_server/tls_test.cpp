#include <doctest/doctest.h>

#include <string>

#include "running_server.hpp"
#include "tls_peer.hpp"

using namespace telltale;
using namespace telltale::testing;
using namespace std::chrono_literals;

TEST_CASE("tls: requests are answered over TLS, and the end is announced") {
  const temp_folder folder;
  running_server server({}, hello, "127.0.0.1:0", make_files(folder));
  tls_client client;
  REQUIRE(client.connect(server.port()));
  CHECK(SSL_version(client.ssl.get()) >= TLS1_2_VERSION);
  CHECK(client.ask(get + get_and_close).ends_with("GET /ready from here"));
}

TEST_CASE("tls: a request in the same record as an earlier one is answered") {
  const temp_folder folder;
  running_server server({}, hello, "127.0.0.1:0", make_files(folder));
  tls_client client;
  REQUIRE(client.connect(server.port()));
  // The server's read takes exactly the first; no socket event will announce the second.
  std::string first = "GET /first HTTP/1.1\r\nHost: a\r\nX: ";
  first += std::string(512 - first.size() - 4, 'x') + "\r\n\r\n";
  CHECK(client.ask(first + get_and_close).ends_with("GET /ready from here"));
}

TEST_CASE("tls: records that arrive together are all read, although only the first is announced") {
  const temp_folder folder;
  http_limits limits;
  limits.idle_timeout = 1h;
  running_server server(limits, hello, "127.0.0.1:0", make_files(folder));
  tls_client client;
  REQUIRE(client.connect(server.port()));
  client.send(get);
  CHECK(client.raw.readable_within(10'000));
  server.in_loop([&] {
    client.send(get);
    client.send(get_and_close);
  });
  const auto answers = client.read_to_end();
  CHECK(answers.find("Connection: close") > answers.find("from here", answers.find("from here") + 1));
  CHECK(answers.ends_with("GET /ready from here"));
}

TEST_CASE("tls: an incomplete request followed by the end gets 400, announced or not") {
  const temp_folder folder;
  running_server server({}, hello, "127.0.0.1:0", make_files(folder));
  for (const bool announced : {true, false}) {
    CAPTURE(announced);
    tls_client client;
    REQUIRE(client.connect(server.port()));
    client.send("GET /half");
    if (announced) SSL_shutdown(client.ssl.get());
    client.raw.half_close();
    CHECK(status_line(client.read_to_end()) == "HTTP/1.1 400 Bad Request");
  }
}

TEST_CASE("tls: a refusal arrives completely while a body is still being sent") {
  const temp_folder folder;
  running_server server({}, hello, "127.0.0.1:0", make_files(folder));
  tls_client client;
  REQUIRE(client.connect(server.port()));
  const auto answer =
      client.ask("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 200000\r\n\r\n" + std::string(200'000, 'x'));
  CHECK(status_line(answer) == "HTTP/1.1 413 Content Too Large");
}

TEST_CASE("tls: large responses arrive completely") {
  const temp_folder folder;
  running_server server({}, flooding(4 << 20), "127.0.0.1:0", make_files(folder));
  tls_client client;
  REQUIRE(client.connect(server.port()));
  const auto answer = client.ask(get_and_close);
  CHECK(answer.size() - answer.find("\r\n\r\n") - 4 == 4 << 20);
}

TEST_CASE("tls: HTTP/1.1 is selected when it is offered") {
  const temp_folder folder;
  running_server server({}, hello, "127.0.0.1:0", make_files(folder));
  tls_client client;
  const unsigned char offer[] = "\x02h2\x08http/1.1";
  SSL_CTX_set_alpn_protos(client.context.get(), offer, sizeof(offer) - 1);
  REQUIRE(client.connect(server.port()));
  const unsigned char* chosen = nullptr;
  unsigned int size = 0;
  SSL_get0_alpn_selected(client.ssl.get(), &chosen, &size);
  CHECK(std::string(reinterpret_cast<const char*>(chosen), size) == "http/1.1");
}

TEST_CASE("tls: TLS 1.1 is refused") {
  const temp_folder folder;
  running_server server({}, hello, "127.0.0.1:0", make_files(folder));
  tls_client client;
  SSL_CTX_set_security_level(client.context.get(), 0);
  SSL_CTX_set_min_proto_version(client.context.get(), TLS1_VERSION);
  SSL_CTX_set_max_proto_version(client.context.get(), TLS1_1_VERSION);
  CHECK_FALSE(client.connect(server.port()));
  tls_client modern;
  CHECK(modern.connect(server.port()));
}

TEST_CASE("tls: a stalled handshake and plain HTTP end in time") {
  const temp_folder folder;
  http_limits limits;
  limits.header_deadline = 50ms;
  running_server server(limits, hello, "127.0.0.1:0", make_files(folder));
  raw_client silent;
  REQUIRE(silent.connect(server.port()));
  silent.send("\x16\x03\x01");
  CHECK(silent.read_to_end().empty());
  raw_client plain;
  REQUIRE(plain.connect(server.port()));
  plain.send(get);
  CHECK(plain.wait_for_hang_up());
  CHECK(server.empties());
}

TEST_CASE("tls: an incomplete request over TLS gets 408") {
  const temp_folder folder;
  http_limits limits;
  limits.header_deadline = 200ms;
  running_server server(limits, hello, "127.0.0.1:0", make_files(folder));
  tls_client client;
  REQUIRE(client.connect(server.port()));
  CHECK(status_line(client.ask("GET /re")) == "HTTP/1.1 408 Request Timeout");
}
