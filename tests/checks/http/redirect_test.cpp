// Redirects: where they lead, and what must not be sent there.
#include <map>

#include "checks/http/peer.hpp"
#include "fakes/authority_folder.hpp"
#include "http/redirect.hpp"

using namespace telltale;
using namespace telltale::fakes;

namespace {

url parsed(const std::string& text) {
  problems none;
  return *option_traits<url>::parse(raw_value::scalar(text), "url", none);
}

std::string resolved(const std::string& from, std::string_view location) {
  const auto out = web::resolve_location(parsed(from), location);
  return out ? out->scheme + " " + out->host + " " + std::to_string(out->port) + " " + out->target : "";
}

std::string redirect_to(const std::string& location, const std::string& status = "302 Found") {
  return reply(status, "moved", "Location: " + location + "\r\n");
}

/// Answers by the path of a request, and records the requests.
script by_path(std::map<std::string, std::string> replies, std::vector<std::string>& heard) {
  return [replies, &heard](tcp::socket socket) -> asio::awaitable<void> {
    for (;;) {
      const auto request = co_await read_request(socket);
      if (request.empty()) co_return;
      heard.push_back(request);
      const auto from = request.find(' ') + 1;
      const auto path = request.substr(from, request.find(' ', from) - from);
      const auto found = replies.find(path);
      auto answer = found == replies.end() ? reply("404 Not Found") : found->second;
      co_await say(socket, std::move(answer));
    }
  };
}

fakes::options following(const char* most, fakes::options more = {}) {
  more.emplace_back("redirects", text(most));
  return more;
}

/// What a server over TLS and without it sees. Over TLS it requires a certificate of `authority`.
struct both_protocols {
  int plain = 0;
  std::string client;  ///< the common name in the certificate of the last client
};

script redirects_to_tls(const identity& authority, const identity& server, both_protocols& seen) {
  const auto context = server_context(server);
  context->set_verify_mode(asio::ssl::verify_peer | asio::ssl::verify_fail_if_no_peer_cert);
  context->add_certificate_authority(asio::buffer(certificate_pem(authority)));
  return [context, &seen](tcp::socket socket) -> asio::awaitable<void> {
    char first = 0;
    const auto peeked = asio::buffer(&first, 1);
    co_await socket.async_receive(peeked, tcp::socket::message_peek, quiet);
    constexpr char handshake = 22;
    if (first != handshake) {
      ++seen.plain;
      co_return co_await answer_all(socket, redirect_to("https://server.test/in"), false);
    }
    asio::ssl::stream<tcp::socket> stream(std::move(socket), *context);
    auto [error] = co_await stream.async_handshake(asio::ssl::stream_base::server, quiet);
    if (error) co_return;
    const certificate_ptr shown(::SSL_get1_peer_certificate(stream.native_handle()));
    char name[64] = "";
    if (shown) ::X509_NAME_get_text_by_NID(::X509_get_subject_name(shown.get()), NID_commonName, name, sizeof name);
    seen.client = name;
    co_await answer_all(stream, reply("200 OK"), false);
  };
}

const fakes::options with_header{{"headers", map_of({{"X-Key", text("topsecret")}})}};

}  // namespace

TEST_CASE("http redirect: a location is resolved as RFC 3986 section 5.2 says") {
  const std::string from = "http://a.test:81/dir/page?q=1";
  CHECK(resolved(from, "https://b.test/x?y#z") == "https b.test 443 /x?y");
  CHECK(resolved(from, "HTTP://b.test") == "http b.test 80 /");
  CHECK(resolved(from, "//b.test:82/x") == "http b.test 82 /x");
  CHECK(resolved(from, "/x?y") == "http a.test 81 /x?y");
  CHECK(resolved(from, "x") == "http a.test 81 /dir/x");
  CHECK(resolved(from, "?r=2") == "http a.test 81 /dir/page?r=2");
  CHECK(resolved("http://[::1]:81/", "/x") == "http ::1 81 /x");
  for (const char* invalid : {"", "#top", "ftp://b.test/", "javascript:x", "http://", "http://u:p@b.test/", "/a b"})
    CHECK(resolved(from, invalid) == "");
}

TEST_CASE("http redirect: credentials stay with scheme, host and port, or move to https") {
  const auto may = [](const char* from, const char* to) {
    return web::may_carry_credentials(parsed(from), parsed(to));
  };
  CHECK(may("http://a/x", "http://A/y"));
  CHECK(may("http://a/", "https://a/"));
  CHECK_FALSE(may("https://a/", "http://a/"));
  CHECK_FALSE(may("http://a/", "http://b/"));
  CHECK_FALSE(may("http://a:81/", "http://a:82/"));
  CHECK_FALSE(may("http://a:81/", "https://a:82/"));
}

TEST_CASE("http redirect: one is followed to the same host, with its credentials") {
  std::vector<std::string> heard;
  const auto out = probe(by_path({{"/health?token=hidden", redirect_to("/real")}, {"/real", reply("200 OK")}}, heard),
                         following("1", with_header));
  CHECK(out.verdict == verdict::pass);
  CHECK(out.message == "http://server.test:80/health: after a redirect to http://server.test:80/real: 200 OK");
  REQUIRE(heard.size() == 2);
  CHECK(contains(heard[1], "GET /real HTTP/1.1\r\n"));
  CHECK(contains(heard[1], "X-Key: topsecret\r\n"));
  CHECK(out.measured("status_code") == 200);
}

TEST_CASE("http redirect: too many, invalid and forbidden ones fail") {
  struct row {
    std::string location;
    fakes::options chosen;
    reason why;
    std::string words;
  };
  const row rows[] = {
      {"/health?token=hidden", following("3"), reason::refused,
       "302 Found redirects to /health: more than 3 redirects (option redirects)"},
      {"/gone", following("1"), reason::missing, "after a redirect to http://server.test:80/gone: 404 Not Found"},
      {"ftp://server.test/", following("1"), reason::protocol,
       "redirects to the invalid address 'ftp://server.test/': it starts with neither http:// nor https://"},
      {"/a b?key=hidden", following("1"), reason::protocol,
       "redirects to the invalid address '/a b': its space is not percent-encoded"},
      {"/\xc3\xa4", following("1"), reason::protocol,
       "redirects to the invalid address '/\xc3\xa4': it contains a character that is not percent-encoded"},
      {"http://u:hidden@server.test/", following("1"), reason::protocol,
       "redirects to an invalid address: it contains a user name or password"},
      {"http://server.test:99999/", following("1"), reason::protocol,
       "redirects to the invalid address 'http://server.test:99999/'"},
      {"http://other.test/in", following("1", with_header), reason::refused,
       "302 Found redirects to http://other.test:80/in, where the credentials may not be sent"},
      {"/real", {}, reason::refused, "which is not followed (option redirects)"},
  };
  for (const auto& r : rows) {
    CAPTURE(r.location);
    std::vector<std::string> heard;
    const auto out = probe(by_path({{"/health?token=hidden", redirect_to(r.location)}}, heard), r.chosen);
    CAPTURE(out.message);
    CHECK(out.verdict == verdict::fail);
    CHECK(to_string(out.reason) == to_string(r.why));
    CHECK(contains(out.message, r.words));
    for (const auto& request : heard) CHECK_FALSE(contains(request, "other.test"));
  }
}

TEST_CASE("http redirect: without credentials another host is asked, by its own name") {
  std::vector<std::string> heard;
  const auto out =
      probe(by_path({{"/health?token=hidden", redirect_to("http://other.test/in")}, {"/in", reply("200 OK")}}, heard),
            following("2"));
  CHECK(out.verdict == verdict::pass);
  REQUIRE(heard.size() == 2);
  CHECK(contains(heard[1], "Host: other.test\r\n"));
}

TEST_CASE("http redirect: a body stays with scheme, host and port, like credentials") {
  const fakes::options sends{{"method", text("POST")}, {"body", text("password=hunter22")}};
  for (const char* status : {"307 Temporary Redirect", "308 Permanent Redirect"}) {
    std::vector<std::string> heard;
    const auto elsewhere = redirect_to("http://other.test/in", status);
    const auto out =
        probe(by_path({{"/health?token=hidden", elsewhere}, {"/in", reply("200 OK")}}, heard), following("2", sends));
    CAPTURE(out.message);
    CHECK(out.verdict == verdict::fail);
    CHECK(to_string(out.reason) == "refused");
    CHECK(contains(out.message, "redirects to http://other.test:80/in, where the body may not be sent"));
    CHECK(heard.size() == 1);
  }
  std::vector<std::string> heard;
  const auto elsewhere = redirect_to("http://other.test/in", "303 See Other");
  probe(by_path({{"/health?token=hidden", elsewhere}, {"/in", reply("200 OK")}}, heard), following("2", sends));
  REQUIRE(heard.size() == 2);
  CHECK(heard[1].starts_with("GET /in "));
  CHECK_FALSE(contains(heard[1], "hunter22"));
}

TEST_CASE("http redirect: a body that a 303 has dropped is not sent again") {
  std::vector<std::string> heard;
  const auto once_more = redirect_to("http://other.test/in", "307 Temporary Redirect");
  probe(by_path({{"/health?token=hidden", redirect_to("/a", "303 See Other")}, {"/a", once_more}}, heard),
        following("3", {{"method", text("POST")}, {"body", text("password=hunter22")}}));
  REQUIRE(heard.size() == 3);
  CHECK(heard[2].starts_with("GET /in "));
  CHECK_FALSE(contains(heard[2], "hunter22"));
}

TEST_CASE("http redirect: the method changes to GET, except with 307 and 308") {
  for (const auto& [status, method] :
       {std::pair("303 See Other", "GET"), std::pair("307 Temporary Redirect", "POST")}) {
    std::vector<std::string> heard;
    probe(by_path({{"/health?token=hidden", redirect_to("/real", status)}, {"/real", reply("200 OK")}}, heard),
          following("1", {{"method", text("POST")}}));
    REQUIRE(heard.size() == 2);
    CHECK(heard[1].starts_with(method));
  }
}

TEST_CASE("http redirect: the TLS options apply to a target with https, and the start may be http") {
  const authority_folder files;
  const auto server = make_identity({}, &files.ca);
  const auto client = make_identity({"telltale", ""}, &files.ca);
  const auto options_with = [&](const std::string& ca_file) {
    return following("1", {{"ca_file", text(ca_file)},
                           {"cert_file", text(files.certificate("client", client))},
                           {"key_file", text(files.key("client", client))},
                           {"certificate", map_of({{"warn", text("10d")}})}});
  };
  both_protocols seen;
  auto out = probe(redirects_to_tls(files.ca, server, seen), options_with(files.file("ca")));
  CHECK(out.message == "http://server.test:80/health: after a redirect to https://server.test:443/in: 200 OK");
  CHECK(out.measured("certificate_expiry_seconds"));
  CHECK(seen.plain == 1);
  CHECK(seen.client == "telltale");

  seen = {};
  out = probe(redirects_to_tls(files.ca, server, seen), options_with(files.file("stranger")));
  CAPTURE(out.message);
  CHECK(to_string(out.reason) == "tls");
  CHECK(seen.client == "");
}
