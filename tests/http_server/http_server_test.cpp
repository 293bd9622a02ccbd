#include "http_server/http_server.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "fakes/temp_folder.hpp"
#include "running_server.hpp"

using namespace telltale;
using namespace telltale::testing;
using namespace std::string_literals;

namespace {

std::string talk(running_server& server, const std::string& bytes) {
  raw_client client;
  REQUIRE(client.connect(server.port()));
  client.send(bytes);
  client.half_close();
  return client.read_to_end();
}

std::string request_with(const std::string& headers) { return "GET / HTTP/1.1\r\n" + headers + "\r\n"; }

}  // namespace

TEST_CASE("http_server: a request gets a complete response") {
  running_server server;
  const auto answer = talk(server, get_and_close);
  CHECK(status_line(answer) == "HTTP/1.1 200 OK");
  for (const char* header : {"\r\nContent-Length: 20\r\n", "\r\nCache-Control: no-store\r\n",
                             "\r\nConnection: close\r\n", "\r\nContent-Type: text/plain\r\n", "\r\nDate: "}) {
    CAPTURE(header);
    CHECK(answer.find(header) != std::string::npos);
  }
  CHECK(answer.ends_with("\r\n\r\nGET /ready from here"));
}

TEST_CASE("http_server: HEAD gets the same head and no body") {
  running_server server;
  const auto answer = talk(server, "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(answer.find("\r\nContent-Length: 16\r\n") != std::string::npos);
  CHECK(answer.ends_with("\r\n\r\n"));
}

TEST_CASE("http_server: a connection serves many requests, and pipelined ones in order") {
  running_server server;
  raw_client client;
  REQUIRE(client.connect(server.port()));
  for (int i = 0; i < 3; ++i) {
    client.send(get);
    CHECK(client.read_answer().ends_with("GET /ready from here"));
  }
  client.send(
      "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nHEAD /2 HTTP/1.1\r\nHost: a\r\n\r\nGET /3 HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(client.read_answer().ends_with("GET /1 from here"));
  CHECK(client.read_answer(false).ends_with("\r\n\r\n"));
  CHECK(client.read_answer().ends_with("GET /3 from here"));
}

TEST_CASE("http_server: the hundredth response closes, whatever else was pipelined") {
  running_server server;
  std::string many;
  for (int i = 0; i < 150; ++i) many += get;
  const auto answers = talk(server, many);
  std::size_t count = 0;
  for (auto at = answers.find("HTTP/1.1 200"); at != std::string::npos; at = answers.find("HTTP/1.1 200", at + 1))
    ++count;
  CHECK(count == 100);
  CHECK(answers.find("<") == std::string::npos);
}

TEST_CASE("http_server: an invalid request is refused, and the connection is closed in an orderly way") {
  struct row {
    std::string bytes;
    const char* expected;
  };
  const std::vector<row> rows = {
      {"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"s, "HTTP/1.1 400 Bad Request"},
      {"\x00\x01\x02\x03\xff\xfe"s, "HTTP/1.1 400 Bad Request"},
      {"hello\r\n\r\n", "HTTP/1.1 400 Bad Request"},
      {"GET / HTTP/1.1\n\n", "HTTP/1.1 400 Bad Request"},
      {request_with(""), "HTTP/1.1 400 Bad Request"},
      {request_with("Host: a\r\nHost: b\r\n"), "HTTP/1.1 400 Bad Request"},
      {request_with("Host: a\r\nX: y\r\n z\r\n"), "HTTP/1.1 400 Bad Request"},
      {request_with("Host: a\r\nExpect: 100-continue\r\n"), "HTTP/1.1 400 Bad Request"},
      {"GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n"s, "HTTP/1.1 400 Bad Request"},
      {"GET /\xff HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 400 Bad Request"},
      {"GET /re", "HTTP/1.1 400 Bad Request"},  // followed by the end of the stream
      {"CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 405 Method Not Allowed"},
      {"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 405 Method Not Allowed"},
      {request_with("Host: a\r\nContent-Length: 4\r\n") + "body", "HTTP/1.1 413 Content Too Large"},
      {request_with("Host: a\r\nTransfer-Encoding: chunked\r\n") + "0\r\n\r\n", "HTTP/1.1 413 Content Too Large"},
      {request_with("Host: a\r\nTransfer-Encoding: gzip\r\n") + std::string(100'000, 'x'),
       "HTTP/1.1 413 Content Too Large"},
      {request_with("Host: a\r\nX: " + std::string(9'000, 'x') + "\r\n"),
       "HTTP/1.1 431 Request Header Fields Too Large"},
      {"GET /" + std::string(1'000'000, 'x'), "HTTP/1.1 431 Request Header Fields Too Large"},
      {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "HTTP/1.1 505 HTTP Version Not Supported"},
  };
  running_server server;
  for (const auto& each : rows) {
    CAPTURE(each.bytes.substr(0, 60));
    const auto answer = talk(server, each.bytes);
    CHECK(status_line(answer) == each.expected);
    CHECK(answer.find("\r\nConnection: close\r\n") != std::string::npos);
    CHECK(answer.find("<reset>") == std::string::npos);
    CHECK(answer.find("<timeout>") == std::string::npos);
  }
  CHECK(status_line(talk(server, get)) == "HTTP/1.1 200 OK");
  const auto counted = server.with_server([](const auto& s) { return s->refusals(); });
  CHECK(counted.at(400) == 11);
  CHECK(counted.at(405) == 2);
  CHECK(counted.at(413) == 3);
  CHECK(counted.at(431) == 2);
  CHECK(counted.at(505) == 1);
}

TEST_CASE("http_server: absolute-form requests are answered for their path") {
  running_server server;
  CHECK(talk(server, "GET http://a/ready?x HTTP/1.1\r\nHost: a\r\n\r\n").ends_with("GET /ready?x from here"));
}

TEST_CASE("http_server: a Unix socket serves the same, and its file is removed with the server") {
  const temp_folder folder;
  const auto path = folder / "telltale.sock";
  {
    running_server server({}, hello, "unix:" + path);
    CHECK(server.address_of(0) == "unix:" + path);
    raw_client client(AF_UNIX);
    REQUIRE(client.connect(path));
    client.send(get_and_close);
    CHECK(client.read_to_end().ends_with("GET /ready from here"));
    CHECK((std::filesystem::status(path).permissions() & std::filesystem::perms::all) ==
          static_cast<std::filesystem::perms>(0666));
  }
  CHECK_FALSE(std::filesystem::exists(path));
}

TEST_CASE("http_server: several addresses are bound, and a used one is reported") {
  running_server server;
  const auto taken = server.address_of(0);
  server.with_server([&](const auto& s) {
    s->listen("127.0.0.1:0");
    CHECK(s->addresses().size() == 2);
    CHECK(s->addresses()[0] == taken);
    CHECK(s->addresses()[1] != taken);
    CHECK_THROWS_WITH_AS(s->listen(taken),
                         ("cannot listen on " + taken +
                          ": already in use, by another telltale? choose another port with --listen or server.listen")
                             .c_str(),
                         std::runtime_error);
    CHECK(s->addresses().size() == 2);
  });
}

TEST_CASE("http_server: [::] serves IPv4 too, unless IPv4 is listed before it") {
  boost::asio::io_context loop;
  const auto any_port = [&](const std::string& address) {
    auto server = make_http_server(loop, hello);
    server->listen(address);
    return std::pair(server->addresses()[0].substr(server->addresses()[0].rfind(':')), std::move(server));
  };
  try {
    any_port("[::]:0");
  } catch (const std::runtime_error& e) {
    MESSAGE("skipped: " << e.what());
    return;
  }
  auto [port, both] = any_port("[::]:0");
  CHECK_THROWS_WITH_AS(
      both->listen("0.0.0.0" + port),
      ("cannot listen on 0.0.0.0" + port + ": [::]" + port + " includes IPv4; remove this address, or list it first")
          .c_str(),
      std::runtime_error);
  auto [second_port, v4] = any_port("0.0.0.0:0");
  v4->listen("[::]" + second_port);
  CHECK(v4->addresses().size() == 2);
}

TEST_CASE("http server: a request knows the listener it arrived by") {
  const auto numbered = [](const request& asked) {
    reply out;
    out.status = 200;
    out.body = std::make_shared<const std::string>("listener " + std::to_string(asked.listener));
    return out;
  };
  running_server server({}, numbered);
  const auto second = server.with_server([](const auto& s) {
    s->listen("127.0.0.1:0");
    return std::atoi(s->addresses().at(1).substr(s->addresses().at(1).rfind(':') + 1).c_str());
  });
  for (const auto& [port, answer] : {std::pair{server.port(), "listener 0"}, std::pair{second, "listener 1"}}) {
    raw_client client;
    REQUIRE(client.connect(port));
    client.send(get_and_close);
    CHECK(client.read_to_end().ends_with(answer));
  }
}
