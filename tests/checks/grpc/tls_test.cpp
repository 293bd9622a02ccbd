// The grpc check over TLS: HTTP/2 is agreed on by ALPN.
#include "checks/grpc/peer.hpp"

using namespace telltale;
using namespace telltale::fakes;

namespace {

fakes::options over_tls(const std::string& key, const std::string& value) {
  return {{"tls", text("true")}, {key, text(value)}};
}

}  // namespace

TEST_CASE("grpc tls: a server that selects h2 is verified and asked") {
  const auto as = make_identity({});
  const temporary_pem trusted(as);
  const auto server = answers_over_tls(selecting(as, "h2"), h2::reply(h2::serving));
  auto out = probe_grpc(server, over_tls("ca_file", trusted.path));
  CAPTURE(out.message);
  CHECK(out.verdict == verdict::pass);
  CHECK(out.measured("tls_seconds"));
  CHECK(out.measured("certificate_expiry_seconds"));
  out = probe_grpc(server, {{"tls", text("true")}});
  CHECK(out.reason == reason::tls);
  CHECK(contains(out.message, "self-signed"));
}

TEST_CASE("grpc tls: a server that does not select h2 is told apart") {
  const auto as = make_identity({});
  struct row {
    const char* selects;
    reason why;
    const char* words;
  };
  const row rows[] = {
      {"", reason::protocol, "did not select the protocol h2 in the TLS handshake (ALPN)"},
      {"http/1.1", reason::tls, "accepts only other protocols over TLS"},
  };
  for (const auto& r : rows) {
    const auto out =
        probe_grpc(answers_over_tls(selecting(as, r.selects), h2::reply(h2::serving)), over_tls("insecure", "true"));
    CAPTURE(out.message);
    CHECK(to_string(out.reason) == to_string(r.why));
    CHECK(contains(out.message, r.words));
  }
}

TEST_CASE("grpc tls: a server that requires a client certificate says so after the handshake") {
  const auto as = make_identity({});
  const auto context = selecting(as, "h2");
  context->set_verify_mode(ssl::verify_peer | ssl::verify_fail_if_no_peer_cert);
  const auto out = probe_grpc(answers_over_tls(context, h2::reply(h2::serving)), over_tls("insecure", "true"));
  CAPTURE(out.message);
  CHECK(out.reason == reason::tls);
  CHECK(contains(out.message, "client certificate"));
}
