// From errors to reasons and sentences, without a socket.
#include <cerrno>

#include <doctest/doctest.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>

#include "websocket/explain.hpp"
#include "websocket/tls_failure.hpp"

using namespace telltale;
using namespace telltale::websocket;
using namespace std::chrono_literals;
using boost::system::error_code;

namespace {

error_code system_error(int number) { return {number, boost::system::system_category()}; }
error_code ssl_error(int why) {
  return {static_cast<int>(ERR_PACK(ERR_LIB_SSL, 0, why)), boost::asio::error::get_ssl_category()};
}
bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("explain: a connection that cannot be made has the reason of its error") {
  const std::pair<int, reason> rows[] = {
      {ECONNREFUSED, reason::refused},     {ETIMEDOUT, reason::timeout},    {ENETUNREACH, reason::unreachable},
      {EHOSTUNREACH, reason::unreachable}, {ENETDOWN, reason::unreachable}, {EADDRNOTAVAIL, reason::unreachable},
      {ECONNRESET, reason::refused},       {EACCES, reason::denied},        {EPERM, reason::denied},
      {EMFILE, reason::internal},
  };
  for (const auto& [number, why] : rows) {
    CAPTURE(number);
    const auto failed = explain_connect(system_error(number), "10.0.0.1:80", 2s);
    CHECK(failed.why == why);
    CHECK(contains(failed.sentence, "10.0.0.1:80"));
  }
  CHECK(explain_connect(system_error(ETIMEDOUT), "h:1", 2s).sentence == "no connection to h:1 within 2 s");
}

TEST_CASE("explain: a timeout names its phase") {
  CHECK(timed_out(phase::tls, 2s).sentence == "no end of the TLS handshake within 2 s");
  CHECK(timed_out(phase::handshake, 500ms).sentence == "no answer to the WebSocket handshake within 500 ms");
  CHECK(timed_out(phase::ping, 2s) == failure{reason::timeout, "no pong within 2 s"});
  CHECK(timed_out(phase::reply, 2s).sentence == "no reply within 2 s");
  CHECK(contains(explain_broken(boost::asio::error::timed_out, phase::handshake, 37, 2s).sentence, "after 37 bytes"));
}

TEST_CASE("explain: hanging up means something else before an answer than within one") {
  const error_code eof = boost::asio::error::eof;
  CHECK(explain_broken(eof, phase::handshake, 0, 2s).why == reason::refused);
  CHECK(explain_broken(system_error(ECONNRESET), phase::handshake, 0, 2s).why == reason::refused);
  CHECK(explain_broken(eof, phase::handshake, 10, 2s).why == reason::protocol);
  CHECK(explain_broken(eof, phase::ping, 0, 2s).sentence == "the server closed the connection before its pong");
  CHECK(explain_broken(system_error(EPIPE), phase::reply, 0, 2s).sentence ==
        "the server dropped the connection before its reply");
  CHECK(explain_broken(system_error(EIO), phase::ping, 0, 2s).why == reason::internal);
  CHECK(explain_broken(ssl_error(SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED), phase::ping, 0, 2s).why == reason::tls);
}

TEST_CASE("explain: of several addresses the most telling failure is reported") {
  const failure refused{reason::refused, ""}, late{reason::timeout, ""}, away{reason::unreachable, ""};
  CHECK(tells_more(refused, late));
  CHECK(tells_more(late, away));
  CHECK_FALSE(tells_more(away, refused));
  CHECK_FALSE(tells_more(refused, refused));
}

TEST_CASE("explain: a close frame gives its code, and the server's words without what they may not show") {
  const auto closed = [](std::string payload) { return event{event::kind_t::close, std::move(payload)}; };
  CHECK(explain_close(closed("\x03\xf3no\x1bmodel for hunter2"), phase::ping, {"hunter2"}) ==
        failure{reason::refused,
                "the server closed the WebSocket before its pong with code 1011 (internal error): 'no?model for ***'"});
  CHECK(explain_close(closed("\x0b\xb8"), phase::ping, {}).why == reason::auth);
  CHECK(explain_close(closed("\x03\xef"), phase::reply, {}).why == reason::protocol);
  CHECK(contains(explain_close(closed("\x0f\xa1"), phase::reply, {}).sentence, "code 4001"));
  CHECK(contains(explain_close(closed(""), phase::ping, {}).sentence, "without a code"));
}

TEST_CASE("tls: every certificate problem has its own sentence") {
  const std::pair<long, std::string> rows[] = {
      {X509_V_ERR_CERT_HAS_EXPIRED, "has expired"},
      {X509_V_ERR_CERT_NOT_YET_VALID, "not valid yet"},
      {X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, "self-signed"},
      {X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, "authority is not trusted"},
      {X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, "authority is unknown"},
      {X509_V_ERR_HOSTNAME_MISMATCH, "not for db.internal"},
      {X509_V_ERR_IP_ADDRESS_MISMATCH, "not for db.internal"},
      {X509_V_ERR_CERT_REVOKED, "revoked"},
      {X509_V_ERR_INVALID_PURPOSE, "not one for servers"},
      {X509_V_ERR_EE_KEY_TOO_SMALL, "too short"},
      {X509_V_ERR_CA_MD_TOO_WEAK, "weak algorithm"},
      {X509_V_ERR_PATH_LENGTH_EXCEEDED, "does not verify: path length"},
  };
  const auto failed = ssl_error(SSL_R_CERTIFICATE_VERIFY_FAILED);
  for (const auto& [code, words] : rows) {
    CAPTURE(code);
    CHECK(contains(explain_tls(failed, code, "db.internal"), words));
  }
}

TEST_CASE("tls: every failed handshake has its own sentence") {
  ::OPENSSL_init_ssl(OPENSSL_INIT_LOAD_SSL_STRINGS, nullptr);  // loads the texts of errors
  const std::pair<error_code, std::string> rows[] = {
      {ssl_error(SSL_R_UNSUPPORTED_PROTOCOL), "1.2 or later"},
      {ssl_error(SSL_R_TLSV1_ALERT_PROTOCOL_VERSION), "1.2 or later"},
      {ssl_error(SSL_R_WRONG_VERSION_NUMBER), "does not speak TLS"},
      {ssl_error(SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE), "no cipher in common"},
      {ssl_error(SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED), "client certificate"},
      {ssl_error(SSL_R_TLSV1_UNRECOGNIZED_NAME), "server_name"},
      {ssl_error(SSL_R_DH_KEY_TOO_SMALL), "Diffie-Hellman"},
      {ssl_error(SSL_R_TLSV1_ALERT_NO_APPLICATION_PROTOCOL), "only other protocols"},
      {ssl_error(SSL_R_BAD_LENGTH), "TLS failed: bad length"},
      {boost::asio::ssl::error::stream_truncated, "closed the connection during"},
      {boost::asio::error::eof, "closed the connection during"},
      {system_error(ECONNRESET), "dropped the connection during"},
      {system_error(EIO), "TLS failed: "},
  };
  for (const auto& [error, words] : rows) {
    CAPTURE(words);
    CHECK(contains(explain_tls(error, X509_V_OK, "h"), words));
  }
}
