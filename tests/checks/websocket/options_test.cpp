// Tests which options the websocket check accepts, and the problems reported for others.
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>

#include <doctest/doctest.h>

#include <telltale/async_check.hpp>
#include <telltale/check_type.hpp>

#include "http/headers.hpp"
#include "websocket/plan.hpp"

namespace telltale::checks {
check_type websocket();
}

using namespace telltale;

namespace {

using pairs = std::vector<std::pair<std::string, raw_value>>;

raw_value text(std::string value) { return raw_value::scalar(std::move(value)); }
raw_value map_of(pairs members) {
  std::vector<raw_member> out;
  for (auto& [key, value] : members) out.push_back({key, {}, std::move(value)});
  return raw_value::map(std::move(out));
}

std::string problems_of(pairs members) {
  problems found;
  checks::websocket().validate(map_of(std::move(members)), found, {});
  std::string out;
  for (const auto& p : found.list()) out += p.message + "\n";
  return out;
}

raw_value header(const std::string& name, const std::string& value) { return map_of({{name, text(value)}}); }

}  // namespace

TEST_CASE("websocket options: all options together are accepted") {
  CHECK(problems_of({{"url", text("wss://example.org/ws?x=1")},
                     {"subprotocol", text("chat.v2")},
                     {"headers", header("X-Api-Key", "abc")},
                     {"ping", text("true")},
                     {"send", text("hello")},
                     {"expect", text("world")},
                     {"ca_file", text("/etc/ca.pem")},
                     {"server_name", text("ws.example.org")},
                     {"certificate", map_of({{"warn", text("14d")}, {"fail", text("1d")}})}}) == "");
  CHECK(problems_of({{"url", text("ws://[::1]:8000/")}}) == "");
  for (const char* host :
       {"a.test", "a.test:8443", "127.0.0.1", "[::1]:80", "[2001:db8::1]", "xn--bcher-kva.test", "a_b"})
    CHECK(problems_of({{"url", text("ws://127.0.0.1/")}, {"headers", header("Host", host)}}) == "");
  CHECK(problems_of({{"url", text("ws://127.0.0.1/")}, {"server_name", text("a.test")}}) == "");
  CHECK(problems_of({{"url", text("wss://127.0.0.1/")}, {"server_name", text("::1")}}) == "");
  CHECK(problems_of({{"url", text("wss://127.0.0.1/")}, {"server_name", text("a.test")}, {"insecure", text("true")}}) ==
        "");
}

TEST_CASE("websocket options: mistakes are reported without a connection") {
  struct row {
    std::string words;
    pairs options;
  };
  const auto ws = text("ws://127.0.0.1/");
  const auto wss = text("wss://127.0.0.1/");
  const row rows[] = {
      {"ws:// or wss://", {{"url", text("http://127.0.0.1/")}}},
      {"host is a name or an IP address", {{"url", text("ws://a%0d%0ab/")}}},
      {"no #fragment", {{"url", text("ws://127.0.0.1/#x")}}},
      {"subprotocol: name 1 has characters other than letters", {{"url", ws}, {"subprotocol", text("a, b")}}},
      {"letters, digits and hyphens", {{"url", ws}, {"headers", header("X Y", "a")}}},
      {"control character", {{"url", ws}, {"headers", header("X-A", "a\r\nX-B: c")}}},
      {"Host: expected a host name", {{"url", ws}, {"headers", header("Host", "")}}},
      {"host: expected a host name", {{"url", ws}, {"headers", header("host", "a b")}}},
      {"Host: expected a host name", {{"url", ws}, {"headers", header("Host", "ws://a/")}}},
      {"Host: expected a host name", {{"url", ws}, {"headers", header("Host", "a:b")}}},
      {"Host: expected a host name", {{"url", ws}, {"headers", header("Host", "a:0")}}},
      {"Host: expected a host name", {{"url", ws}, {"headers", header("Host", "a:65536")}}},
      {"Host: expected a host name", {{"url", ws}, {"headers", header("Host", "user@a")}}},
      {"Host: expected a host name", {{"url", ws}, {"headers", header("Host", "::1")}}},
      {"Host: expected a host name", {{"url", ws}, {"headers", header("Host", "[::1")}}},
      {"Host: expected a host name", {{"url", ws}, {"headers", header("Host", "[a.test]")}}},
      {"Host: expected a host name", {{"url", ws}, {"headers", header("Host", "a.test, b.test")}}},
      {"Host: expected a host name", {{"url", ws}, {"headers", header("Host", std::string(254, 'a'))}}},
      {"Host is set twice", {{"url", ws}, {"headers", map_of({{"Host", text("a")}, {"host", text("b")}})}}},
      {"upgrade is set by the check itself", {{"url", ws}, {"headers", header("upgrade", "a")}}},
      {"Connection is set by the check itself", {{"url", ws}, {"headers", header("Connection", "a")}}},
      {"SEC-WebSocket-Key is set", {{"url", ws}, {"headers", header("SEC-WebSocket-Key", "a")}}},
      {"Content-Length is set", {{"url", ws}, {"headers", header("Content-Length", "4")}}},
      {"expect: an empty text", {{"url", ws}, {"expect", text("")}}},
      {"send: the text is empty", {{"url", ws}, {"send", text("")}}},
      {"server_name: expected", {{"url", wss}, {"server_name", text("a b")}}},
      {"server_name: expected", {{"url", wss}, {"server_name", text("a.test:8443")}}},
      {"server_name: expected", {{"url", wss}, {"server_name", text("[::1]")}}},
      {"need a wss:// URL", {{"url", ws}, {"ca_file", text("/ca")}}},
      {"need a wss:// URL", {{"url", ws}, {"cert_file", text("/cert")}, {"key_file", text("/key")}}},
      {"need a wss:// URL", {{"url", ws}, {"insecure", text("true")}}},
      {"need a wss:// URL", {{"url", ws}, {"certificate", map_of({{"warn", text("1d")}})}}},
      {"insecure turns verification off", {{"url", wss}, {"insecure", text("true")}, {"ca_file", text("/ca")}}},
  };
  for (const auto& r : rows) {
    CAPTURE(r.words);
    const auto found = problems_of(r.options);
    CAPTURE(found);
    CHECK(found.find(r.words) != std::string::npos);
  }
}

TEST_CASE("websocket options: messages show the URL without its query") {
  url target{"", "ws", "::1", 8000, "/ws?token=hidden"};
  CHECK(http::shown(target) == "ws://[::1]:8000/ws");
}

TEST_CASE("websocket options: unreadable values are reported when the check is built, without their content") {
  const auto failure_of = [](pairs members) -> std::string {
    try {
      checks::websocket().make_async(map_of(std::move(members)));
    } catch (const std::runtime_error& e) {
      return e.what();
    }
    return "";
  };
  const auto from = [](const char* kind, const char* where) {
    return map_of({{"X-A", map_of({{kind, text(where)}})}});
  };
  const auto dir = std::filesystem::temp_directory_path() / ("telltale-ws-options-" + std::to_string(::getpid()));
  std::filesystem::create_directory(dir);
  std::ofstream(dir / "split") << "hidden\r\nX-B: c";
  std::ofstream(dir / "host") << "hidden.test/";
  std::ofstream(dir / "empty.pem") << "not a certificate";
  const auto ws = text("ws://127.0.0.1/");
  const auto wss = text("wss://127.0.0.1/");

  CHECK(failure_of({{"url", ws}, {"headers", from("file", "/nonexistent/x")}}).find("/nonexistent/x") !=
        std::string::npos);
  const auto split = failure_of({{"url", ws}, {"headers", from("file", (dir / "split").c_str())}});
  CHECK(split.find("control character") != std::string::npos);
  CHECK(split.find("hidden") == std::string::npos);
  const auto host =
      failure_of({{"url", ws}, {"headers", map_of({{"Host", map_of({{"file", text((dir / "host").string())}})}})}});
  CHECK(host.find("Host: expected a host name") != std::string::npos);
  CHECK(host.find("hidden") == std::string::npos);
  CHECK(
      failure_of({{"url", wss}, {"ca_file", text("/nonexistent/ca")}}).find("ca_file /nonexistent/ca: no such file") !=
      std::string::npos);
  CHECK(failure_of({{"url", wss}, {"ca_file", text(dir.string())}}).find("not a regular file") != std::string::npos);
  CHECK(failure_of({{"url", wss}, {"ca_file", text((dir / "empty.pem").string())}})
            .find("empty.pem: not a certificate in PEM") != std::string::npos);
  CHECK(failure_of({{"url", ws}, {"headers", header("X-A", "fine")}}) == "");
  std::filesystem::remove_all(dir);
}
