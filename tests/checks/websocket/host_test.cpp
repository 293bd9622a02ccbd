// Tests name-based virtual hosts: the Host header, server name indication and verified name of a configuration.
#include <cstdlib>

#include <doctest/doctest.h>

#include "checks/websocket/scripts.hpp"
#include "fakes/certificates.hpp"

using namespace telltale;
using namespace telltale::fakes;

namespace {

namespace ssl = boost::asio::ssl;

/// The value of every Host line of a request, joined with ", ".
std::string hosts_of(const std::string& request) {
  std::string out;
  const std::string line = "\r\nHost: ";
  for (auto at = request.find(line); at != std::string::npos; at = request.find(line, at + 1)) {
    const auto begin = at + line.size();
    out += (out.empty() ? "" : ", ") + request.substr(begin, request.find("\r\n", begin) - begin);
  }
  return out;
}

/// Serves the host `wanted` and responds 404 to any other; `requested` receives the requested hosts.
script serves_host(std::string wanted, std::string& requested) {
  return [wanted, &requested](tcp::socket socket) -> asio::awaitable<void> {
    const auto request = co_await read_request(socket);
    requested = hosts_of(request);
    auto reply = requested == wanted ? accepting(request) : std::string("HTTP/1.1 404 Not Found\r\n\r\n");
    co_await say(socket, std::move(reply));
    co_await behave(socket);
  };
}

struct row {
  std::string name;
  std::string url;
  options chosen;
  std::string host;
};

options with_host(const std::string& value) { return {{"headers", map_of({{"Host", text(value)}})}}; }

/// One run against a server that listens elsewhere than `url` says.
outcome probe_url(const script& behaviour, const std::string& url, options chosen) {
  asio::io_context io;
  peer server(io, behaviour);
  fixed_resolver names;
  names.answer.endpoints = {server.endpoint()};
  chosen.emplace_back("url", raw_value::scalar(url));
  return probe_once(io, make_check(std::move(chosen)), names, 5s, {&server});
}

}  // namespace

TEST_CASE("websocket host: the virtual host is that of headers, else server_name, else the URL") {
  ::setenv("TELLTALE_TEST_HOST", "secret.test", 1);
  auto both = with_host("b.test");
  both.emplace_back("server_name", text("c.test"));
  const row rows[] = {
      {"the URL", "ws://a.test/", {}, "a.test"},
      {"the URL's port", "ws://a.test:8000/", {}, "a.test:8000"},
      {"a header", "ws://127.0.0.1:8000/", with_host("b.test"), "b.test"},
      {"a header in other case", "ws://a.test/", {{"headers", map_of({{"hOST", text("b.test")}})}}, "b.test"},
      {"a header with a port", "ws://a.test/", with_host("b.test:8443"), "b.test:8443"},
      {"a header with an address", "ws://a.test/", with_host("[::1]:80"), "[::1]:80"},
      {"a header from a secret",
       "ws://a.test/",
       {{"headers", map_of({{"Host", map_of({{"env", text("TELLTALE_TEST_HOST")}})}})}},
       "secret.test"},
      {"server_name", "ws://127.0.0.1/", {{"server_name", text("c.test")}}, "c.test"},
      {"server_name and a port", "ws://127.0.0.1:8000/", {{"server_name", text("c.test")}}, "c.test:8000"},
      {"server_name that is an address", "ws://a.test:8000/", {{"server_name", text("::1")}}, "[::1]:8000"},
      {"both", "ws://127.0.0.1:8000/", both, "b.test"},
  };
  for (const auto& r : rows) {
    CAPTURE(r.name);
    std::string requested;
    const auto out = probe_url(serves_host(r.host, requested), r.url, r.chosen);
    CAPTURE(out.message);
    CHECK(out.verdict == verdict::pass);
    CHECK(requested == r.host);
  }
}

TEST_CASE("websocket host: another virtual host is named as a possible cause") {
  std::string requested;
  const auto out = probe_url(serves_host("b.test", requested), "ws://a.test/", {});
  CHECK(out.reason == reason::missing);
  CHECK(contains(out.message, "the Host header"));
}

TEST_CASE(
    "websocket host: with TLS server_name is indicated, verified and requested; a Host header changes the request") {
  const auto authority = make_identity({"Test CA", "", -3600, 86400, true});
  const temporary_pem ca(authority);
  const auto context = server_context(make_identity({"c.test", "DNS:c.test"}, &authority));
  std::string indicated;
  ::SSL_CTX_set_tlsext_servername_arg(context->native_handle(), &indicated);
  ::SSL_CTX_set_tlsext_servername_callback(
      context->native_handle(), +[](SSL* s, int*, void* into) {
        const char* name = ::SSL_get_servername(s, TLSEXT_NAMETYPE_host_name);
        *static_cast<std::string*>(into) = name ? name : "";
        return SSL_TLSEXT_ERR_OK;
      });
  std::string requested;
  const script behaviour = [&](tcp::socket socket) -> asio::awaitable<void> {
    ssl::stream<tcp::socket> stream(std::move(socket), *context);
    auto [error] = co_await stream.async_handshake(ssl::stream_base::server, quiet);
    if (error) co_return;
    const auto request = co_await read_request(stream);
    requested = hosts_of(request);
    auto reply = accepting(request);
    co_await say(stream, std::move(reply));
    co_await behave(stream);
    co_await stream.async_shutdown(quiet);
  };
  const auto probe = [&](options more) {
    more.emplace_back("server_name", text("c.test"));
    return probe_url(behaviour, "wss://127.0.0.1:8443/", std::move(more));
  };
  auto out = probe({{"ca_file", text(ca.path)}});
  CAPTURE(out.message);
  CHECK(out.verdict == verdict::pass);
  CHECK(indicated == "c.test");
  CHECK(requested == "c.test:8443");

  out = probe({{"ca_file", text(ca.path)}, {"headers", map_of({{"Host", text("b.test")}})}});
  CHECK(out.verdict == verdict::pass);
  CHECK(indicated == "c.test");
  CHECK(requested == "b.test");

  out = probe({{"insecure", text("true")}});
  CHECK(out.verdict == verdict::pass);
  CHECK(indicated == "c.test");
  CHECK(requested == "c.test:8443");

  out = probe_url(behaviour, "wss://127.0.0.1:8443/",
                  {{"ca_file", text(ca.path)}, {"headers", map_of({{"Host", text("c.test")}})}});
  CHECK(out.reason == reason::tls);  // a Host header does not affect verification
  CHECK(contains(out.message, "not for 127.0.0.1"));
}
