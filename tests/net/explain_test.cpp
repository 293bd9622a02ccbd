// Tests the mapping from errors to reasons and sentences, without a socket.
#include <cerrno>

#include <doctest/doctest.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <boost/asio/error.hpp>

#include "net/explain.hpp"
#include "net/tls_failure.hpp"
#include "net/tls_verification.hpp"

using namespace telltale;
using namespace telltale::net;
using namespace std::chrono_literals;
using boost::system::error_code;

namespace {

error_code system_error(int number) { return {number, boost::system::system_category()}; }
unsigned long code(int why) { return ERR_PACK(ERR_LIB_SSL, 0, why); }
constexpr phase_words reply{"no reply", "before its reply"};
bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("explain: a failed connection has the reason of its error") {
  const std::pair<int, reason> rows[] = {
      {ECONNREFUSED, reason::refused},
      {ETIMEDOUT, reason::timeout},
      {ENETUNREACH, reason::unreachable},
      {EHOSTUNREACH, reason::unreachable},
      {ENETDOWN, reason::unreachable},
      {ENOENT, reason::missing},
      {EADDRNOTAVAIL, reason::unreachable},
      {ECONNRESET, reason::refused},
      {EACCES, reason::denied},
      {EPERM, reason::denied},
      {EMFILE, reason::internal},
  };
  for (const auto& [number, why] : rows) {
    CAPTURE(number);
    const auto failed = explain_connect(system_error(number), "10.0.0.1:80", 2s);
    CHECK(failed.reason == why);
    CHECK(contains(failed.sentence, "10.0.0.1:80"));
  }
  CHECK(explain_connect(system_error(ETIMEDOUT), "h:1", 2s).sentence == "no connection to h:1 within 2 s");
}

TEST_CASE("explain: a timeout names its phase") {
  CHECK(timed_out(words_of(phase::tls), 2s).sentence == "no end of the TLS handshake within 2 s");
  CHECK(timed_out(words_of(phase::resolve), 500ms).sentence == "no address for the host name within 500 ms");
  CHECK(timed_out(reply, 2s) == finding{verdict::fail, reason::timeout, "no reply within 2 s"});
}

TEST_CASE("explain: a connection closed before and during a reply has different reasons") {
  const error_code eof = boost::asio::error::eof;
  CHECK(explain_broken(eof, reply, false, 2s).reason == reason::refused);
  CHECK(explain_broken(system_error(ECONNRESET), reply, false, 2s).sentence ==
        "the server dropped the connection without an answer");
  CHECK(explain_broken(eof, reply, true, 2s) ==
        finding{verdict::fail, reason::protocol, "the server closed the connection before its reply"});
  CHECK(explain_broken(system_error(EPIPE), reply, true, 2s).sentence ==
        "the server dropped the connection before its reply");
  CHECK(explain_broken(system_error(EIO), reply, true, 2s).reason == reason::internal);
  CHECK(explain_broken(boost::asio::error::timed_out, reply, true, 2s).reason == reason::timeout);
  const auto demanded = explain_broken(tls_error(code(SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED)), reply, false, 2s);
  CHECK(demanded.reason == reason::tls);
  CHECK(contains(demanded.sentence, "cert_file"));
}

TEST_CASE("explain: of several addresses the most informative failure is reported") {
  const auto refused = failure(reason::refused, ""), late = failure(reason::timeout, ""),
             away = failure(reason::unreachable, "");
  CHECK(tells_more(refused, late));
  CHECK(tells_more(late, away));
  CHECK_FALSE(tells_more(away, refused));
  CHECK_FALSE(tells_more(refused, refused));
}

TEST_CASE("tls: every certificate problem has its own sentence") {
  constexpr auto now = std::chrono::sys_days(std::chrono::year(2030) / 6 / 15) + 10h;
  struct row {
    long error;
    bool leaf;
    std::size_t sent;
    std::string words;
  };
  const row rows[] = {
      {X509_V_ERR_CERT_HAS_EXPIRED, true, 2, "the server's certificate has expired: it was valid until 2030-05-01"},
      {X509_V_ERR_CERT_HAS_EXPIRED, false, 2, "the certificate 'leaf' above the server's has expired"},
      {X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, true, 1, "self-signed"},
      {X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, false, 2, "authority is unknown here: 'leaf' is not trusted"},
      {X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, true, 1, "incomplete chain"},
      {X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, true, 1, "the issuer 'issuer' is not trusted"},
      {X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, false, 2, "authority is unknown here: 'issuer' is not trusted"},
      {X509_V_ERR_HOSTNAME_MISMATCH, true, 1, "not for db.internal: it is for a.test, b.test"},
      {X509_V_ERR_IP_ADDRESS_MISMATCH, true, 1, "not for db.internal"},
      {X509_V_ERR_CERT_REVOKED, true, 1, "revoked"},
      {X509_V_ERR_INVALID_PURPOSE, true, 1, "not one for servers"},
      {X509_V_ERR_INVALID_PURPOSE, false, 1, "must not issue certificates"},
      {X509_V_ERR_INVALID_CA, false, 1, "not one of an authority"},
      {X509_V_ERR_CERT_SIGNATURE_FAILURE, true, 2, "not from the issuer that it names"},
      {X509_V_ERR_EE_KEY_TOO_SMALL, true, 1, "too short"},
      {X509_V_ERR_CA_MD_TOO_WEAK, false, 1, "weak algorithm"},
      {X509_V_ERR_PATH_LENGTH_EXCEEDED, true, 1, "does not verify: path length"},
  };
  for (const auto& r : rows) {
    CAPTURE(r.error);
    const validity dates{now - 90 * 24h, std::chrono::sys_days(std::chrono::year(2030) / 5 / 1)};
    const auto sentence =
        explain_certificate({r.error, "db.internal", r.leaf, r.sent, "leaf", "issuer", "a.test, b.test", dates}, now);
    CAPTURE(sentence);
    CHECK(contains(sentence, r.words));
  }
}

TEST_CASE("tls: every failed handshake has its own sentence") {
  ::OPENSSL_init_ssl(OPENSSL_INIT_LOAD_SSL_STRINGS, nullptr);  // loads the texts of errors
  const std::pair<int, std::string> rows[] = {
      {SSL_R_UNSUPPORTED_PROTOCOL, "1.2 or later"},
      {SSL_R_TLSV1_ALERT_PROTOCOL_VERSION, "1.2 or later"},
      {SSL_R_WRONG_VERSION_NUMBER, "does not speak TLS"},
      {SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE, "no cipher in common"},
      {SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED, "client certificate"},
      {SSL_R_TLSV1_UNRECOGNIZED_NAME, "server_name"},
      {SSL_R_DH_KEY_TOO_SMALL, "Diffie-Hellman"},
      {SSL_R_TLSV1_ALERT_NO_APPLICATION_PROTOCOL, "only other protocols"},
      {SSL_R_BAD_LENGTH, "TLS failed: bad length"},
      {SSL_R_TLSV1_ALERT_UNKNOWN_CA, "does not accept the client certificate"},
      {SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED, "it has expired"},
      {SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED, "it has been revoked"},
  };
  for (const auto& [why, words] : rows) {
    CAPTURE(words);
    CHECK(contains(explain_tls(code(why)), words));
  }
  CHECK(contains(explain_tls(code(SSL_R_WRONG_VERSION_NUMBER), "HTTP/1.1 400"), "plain HTTP"));
  CHECK(contains(explain_tls(code(SSL_R_UNSUPPORTED_PROTOCOL), "", "1.3"), "1.3 or later"));
}
