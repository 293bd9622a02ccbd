// Tests TLS: trusted certificates, client certificates, and peers with incompatible TLS.
#include <boost/asio/ssl/stream.hpp>

#include "fakes/authority_folder.hpp"
#include "fakes/certificates.hpp"
#include "session.hpp"

using namespace telltale;
using namespace telltale::fakes;

namespace {

namespace ssl = boost::asio::ssl;
using context_ptr = std::shared_ptr<ssl::context>;

net::tls_options trusting(const std::string& ca_file) {
  net::tls_options out;
  out.ca_file = file_path{ca_file};
  return out;
}

/// Echoes over TLS; closes the connection if the handshake fails.
script echoes(context_ptr context) {
  return [context](tcp::socket socket) -> asio::awaitable<void> {
    ssl::stream<tcp::socket> stream(std::move(socket), *context);
    auto [error] = co_await stream.async_handshake(ssl::stream_base::server, quiet);
    std::array<char, 64> chunk;
    while (!error) {
      const auto all = asio::buffer(chunk);
      auto [failed, count] = co_await stream.async_read_some(all, quiet);
      error = failed;
      const auto some = asio::buffer(chunk, count);
      if (!error) co_await asio::async_write(stream, some, quiet);
    }
    co_await stream.async_shutdown(quiet);
  };
}

/// Accepts only clients with a certificate of this authority.
context_ptr demanding(const identity& as, const identity& authority) {
  auto out = server_context(as);
  out->set_verify_mode(ssl::verify_peer | ssl::verify_fail_if_no_peer_cert);
  ::X509_STORE_add_cert(::SSL_CTX_get_cert_store(out->native_handle()), authority.certificate.get());
  return out;
}

asio::awaitable<void> hangs_up(tcp::socket socket) {
  std::string hello(16, '\0');
  const auto buffer = asio::buffer(hello);
  co_await socket.async_read_some(buffer, quiet);
}
script says(std::string bytes) {
  return [bytes](tcp::socket socket) -> asio::awaitable<void> {
    co_await say(socket, bytes);
    co_await until_closed(socket);
  };
}

/// Adds the failure of a step to the findings, as a check does.
asio::awaitable<void> echo(net::run& now, net::stream& line) {
  static constexpr net::phase_words reply{"no reply", "before its reply"};
  std::array<char, 16> chunk;
  const auto unsent = co_await line.write("hello");
  const auto got = co_await line.read_some(chunk);
  const auto& error = unsent && !got.error ? unsent : got.error;
  if (error) now.add(net::explain_broken(error, reply, false, now.budget));
  else CHECK(std::string(chunk.data(), got.bytes) == "hello");
  co_await line.close(250ms);
}

session_result probe(const script& server, net::tls_options options, std::chrono::milliseconds timeout = ample,
                     const std::string& host = "server.test") {
  return session_with(server, echo, net::make_tls_client(std::move(options), host), timeout);
}

std::string why_not(net::tls_options options) {
  try {
    net::make_tls_client(std::move(options), "server.test");
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("tls: a certificate passes if its authority or itself is in ca_file, or verification is off") {
  const authority_folder known;
  const auto good = make_identity({}, &known.ca);
  CHECK(probe(echoes(server_context(good)), trusting(known.file("ca"))).out.verdict == verdict::pass);
  CHECK(probe(echoes(server_context(known.alone)), trusting(known.file("alone"))).out.verdict == verdict::pass);
  net::tls_options any;
  any.insecure = true;
  CHECK(probe(echoes(server_context(known.alone)), any).out.verdict == verdict::pass);
}

TEST_CASE("tls: server_name sets the name for SNI and verification; an address is verified as an address") {
  const authority_folder known;
  const auto context = server_context(make_identity({"other.test", "DNS:other.test"}, &known.ca));
  std::string asked;
  ::SSL_CTX_set_tlsext_servername_arg(context->native_handle(), &asked);
  ::SSL_CTX_set_tlsext_servername_callback(
      context->native_handle(), +[](SSL* s, int*, void* into) {
        const char* name = ::SSL_get_servername(s, TLSEXT_NAMETYPE_host_name);
        *static_cast<std::string*>(into) = name ? name : "";
        return SSL_TLSEXT_ERR_OK;
      });
  auto options = trusting(known.file("ca"));
  options.server_name = "other.test";
  CHECK(probe(echoes(context), options).out.verdict == verdict::pass);
  CHECK(asked == "other.test");

  options.server_name = "127.0.0.1";
  const auto by_address = make_identity({"x", "IP:127.0.0.1"}, &known.ca);
  CHECK(probe(echoes(server_context(by_address)), options).out.verdict == verdict::pass);
  CHECK(contains(probe(echoes(context), options).failed.sentence, "not for 127.0.0.1"));
  CHECK(asked.empty());
}

TEST_CASE("tls: every verification failure has its own sentence") {
  const authority_folder known;
  const auto with = [](const certificate_wish& wish, const identity* issuer) {
    return echoes(server_context(make_identity(wish, issuer)));
  };
  struct row {
    std::string name;
    script behaviour;
    std::string ca;
    const char* words;
  };
  const row rows[] = {
      {"self-signed", echoes(server_context(known.alone)), "ca", "self-signed"},
      {"expired", with({"server.test", "DNS:server.test", -7200, -3600}, &known.ca), "ca", "has expired"},
      {"not valid yet", with({"server.test", "DNS:server.test", 3600, 7200}, &known.ca), "ca", "not valid yet"},
      {"wrong host", with({"other.test", "DNS:other.test"}, &known.ca), "ca",
       "not for server.test: it is for other.test"},
      {"wrong authority", with({}, &known.ca), "stranger", "authority is unknown here"},
  };
  for (const auto& r : rows) {
    CAPTURE(r.name);
    const auto result = probe(r.behaviour, trusting(known.file(r.ca)));
    CAPTURE(result.failed.sentence);
    CHECK(result.where == net::phase::tls);
    CHECK(result.failed.reason == reason::tls);
    CHECK(contains(result.failed.sentence, r.words));
  }
}

TEST_CASE("tls: a certificate that expires soon crosses the limit") {
  const authority_folder known;
  const auto server = echoes(server_context(make_identity({}, &known.ca)));
  auto options = trusting(known.file("ca"));
  options.certificate.warn = 60 * 24h;
  auto result = probe(server, options);
  CHECK(result.out.verdict == verdict::warn);
  CHECK(result.out.reason == reason::threshold);
  CHECK(contains(result.out.message, "it: the server's certificate expires in"));
  CHECK(contains(result.out.message, "(limit 60d)"));
  options.certificate.fail = 45 * 24h;
  CHECK(probe(server, options).out.verdict == verdict::fail);
}

TEST_CASE("tls: an authority that expires before the server's certificate crosses the limit, and is named") {
  const authority_folder known;
  const auto old = make_identity({"Old CA", "", -3600, 5 * 86400 + 60, true});
  auto options = trusting(known.file("ca"));
  options.ca_file = file_path{known.certificate("old", old)};
  options.certificate.warn = 14 * 24h;
  const auto out = probe(echoes(server_context(make_identity({}, &old))), options).out;
  CAPTURE(out.message);
  CHECK(out.verdict == verdict::warn);
  CHECK(contains(out.message, "the certificate 'Old CA' above the server's expires in 5 d"));
  CHECK(*out.measured("certificate_expiry_seconds") == doctest::Approx(5 * 86400).epsilon(0.01));
}

TEST_CASE("tls: a certificate without end (RFC 5280: year 9999) is measured without overflow") {
  const authority_folder known;
  net::tls_options any;
  any.insecure = true;
  any.certificate.warn = 14 * 24h;
  constexpr long years_7900 = 7900L * 366 * 86400;
  const auto out = probe(echoes(server_context(make_identity({"x", "", -3600, years_7900}))), any).out;
  CHECK(out.verdict == verdict::pass);
  CHECK(*out.measured("certificate_expiry_seconds") > 1e11);
}

TEST_CASE("tls: a chain with an intermediate passes when it is sent, and is called incomplete when it is not") {
  const authority_folder known;
  const auto middle = make_identity({"Middle", "", -3600, 90 * 86400, true}, &known.ca);
  const auto server = make_identity({}, &middle);
  const auto alone = server_context(server);
  const auto result = probe(echoes(alone), trusting(known.file("ca")));
  CHECK(contains(result.failed.sentence, "incomplete chain"));
  CHECK(contains(result.failed.sentence, "'Middle' is not trusted"));
  const auto both = server_context(server);
  SSL_CTX_add1_chain_cert(both->native_handle(), middle.certificate.get());
  CHECK(probe(echoes(both), trusting(known.file("ca"))).out.verdict == verdict::pass);
  CHECK(contains(probe(echoes(both), trusting(known.file("stranger"))).failed.sentence,
                 "unknown here: 'Test CA' is not"));
}

TEST_CASE("tls: a peer with incompatible TLS fails with its own sentence") {
  const authority_folder known;
  const auto old = server_context(make_identity({}, &known.ca));
  ::SSL_CTX_set_security_level(old->native_handle(), 0);
  ::SSL_CTX_set_min_proto_version(old->native_handle(), TLS1_VERSION);
  ::SSL_CTX_set_max_proto_version(old->native_handle(), TLS1_VERSION);
  struct row {
    std::string name;
    script behaviour;
    reason why;
    const char* words;
  };
  const row rows[] = {
      {"TLS 1.0 only", echoes(old), reason::tls, "1.2 or later"},
      {"plain HTTP", says("HTTP/1.1 400 Bad Request\r\n\r\n"), reason::tls, "speaks plain HTTP on this port"},
      {"plain HTTP/2", says({"\0\0\0\4\0\0\0\0\0", 9}), reason::tls, "speaks plain HTTP/2 on this port"},
      {"a mail server", says("220 mail.test ESMTP\r\n"), reason::tls, "speaks SMTP or FTP on this port, not TLS"},
      {"hangs up", hangs_up, reason::tls, "without an answer to the TLS handshake"},
      {"silent", silent, reason::timeout, "no end of the TLS handshake within "},
  };
  for (const auto& r : rows) {
    CAPTURE(r.name);
    const auto result =
        with_enough_time([&](auto limit) { return probe(r.behaviour, trusting(known.file("ca")), limit); },
                         [&](const session_result& got) { return contains(got.failed.sentence, r.words); });
    CAPTURE(result.failed.sentence);
    CHECK(result.where == net::phase::tls);
    CHECK(to_string(result.failed.reason) == to_string(r.why));
    CHECK(contains(result.failed.sentence, r.words));
  }
}

TEST_CASE("tls: a server must select the protocol that the client requires by ALPN") {
  const authority_folder known;
  const auto good = make_identity({}, &known.ca);
  struct row {
    const char* selects;
    std::string required;
    reason why;
    const char* words;
  };
  const row rows[] = {
      {"h2", "h2", reason::ok, ""},
      {"h2", "", reason::ok, ""},
      {"", "h2", reason::protocol, "did not select the protocol h2 in the TLS handshake (ALPN)"},
      {"http/1.1", "h2", reason::tls, "accepts only other protocols over TLS than this check's"},
  };
  for (const auto& r : rows) {
    CAPTURE(r.selects);
    CAPTURE(r.required);
    auto client = net::make_tls_client(trusting(known.file("ca")), "server.test", r.required);
    const auto result = session_with(echoes(selecting(good, r.selects)), echo, std::move(client));
    CAPTURE(result.failed.sentence);
    CHECK(to_string(result.out.reason) == to_string(r.why));
    CHECK(contains(result.failed.sentence, r.words));
  }
}

TEST_CASE("tls: a server that requires a client certificate accepts the right one and rejects none or a wrong one") {
  const authority_folder known;
  const auto server = make_identity({}, &known.ca);
  const auto client = make_identity({"telltale", ""}, &known.ca);
  const auto wrong = make_identity({"nobody", ""}, &known.stranger);
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    CAPTURE(version);
    const auto context = demanding(server, known.ca);
    ::SSL_CTX_set_max_proto_version(context->native_handle(), version);
    auto options = trusting(known.file("ca"));
    auto result = probe(echoes(context), options);
    CHECK(result.out.reason == reason::tls);
    CHECK(contains(result.out.message, "client certificate"));

    options.cert_file = file_path{known.certificate("client", client)};
    options.key_file = file_path{known.key("client", client)};
    result = probe(echoes(context), options);
    CAPTURE(result.out.message);
    CHECK(result.out.verdict == verdict::pass);

    options.cert_file = file_path{known.certificate("wrong", wrong)};
    options.key_file = file_path{known.key("wrong", wrong)};
    result = probe(echoes(context), options);
    CHECK(result.out.reason == reason::tls);
    CHECK(contains(result.out.message, "does not accept the client certificate (cert_file)"));
  }
}

TEST_CASE("tls: an unusable file is reported with its name and the cause") {
  const authority_folder known;
  const auto one = make_identity({});
  const auto pair = [&](const std::string& certificate, const std::string& key) {
    net::tls_options out;
    out.insecure = true;
    out.cert_file = file_path{certificate};
    out.key_file = file_path{key};
    return out;
  };
  const auto certificate = known.certificate("one", one);
  const auto key = known.key("one", one);
  CHECK(why_not(pair(certificate, key)).empty());
  CHECK(contains(why_not(trusting(known.file("absent"))), "ca_file " + known.file("absent")));
  CHECK(contains(why_not(pair(key, key)), "cert_file " + key + ": a private key, not a certificate in PEM"));
  CHECK(contains(why_not(pair(certificate, certificate)),
                 "key_file " + certificate + ": a certificate, not a private key in PEM"));
  CHECK(contains(why_not(pair(certificate, "/proc/self/fd")), "key_file /proc/self/fd"));
  CHECK(contains(why_not(pair(certificate, known.key("two", make_identity({})))), "does not match"));
  CHECK(contains(why_not(pair(certificate, known.key("locked", one, ::EVP_aes_128_cbc()))), "without a passphrase"));
  net::tls_options not_pem;
  not_pem.ca_file = file_path{key};
  CHECK(contains(why_not(not_pem), "a private key, not a certificate in PEM"));
}

TEST_CASE("tls: contradictory options are rejected") {
  const auto problem_of = [](fakes::options chosen) -> std::string {
    problems errors;
    net::tls_options::declared().parse(map_of(std::move(chosen)), errors);
    return errors.size() == 1 ? errors.list()[0].message : std::to_string(errors.size());
  };
  CHECK(problem_of({{"ca_file", text("/a")}, {"cert_file", text("/c")}, {"key_file", text("/k")}}) == "0");
  CHECK(contains(problem_of({{"ca_file", text("/a")}, {"insecure", text("true")}}), "ca_file would have no effect"));
  CHECK(contains(problem_of({{"cert_file", text("/c")}}), "needs key_file"));
  CHECK(contains(problem_of({{"key_file", text("/k")}}), "needs cert_file"));
  CHECK(contains(problem_of({{"server_name", text("a:80")}}), "without a port"));
}
