// The `file` option of the tls check: the certificate that is served and the one on disk.
#include <fmt/format.h>

#include "checks/tls/peers.hpp"

using namespace telltale;
using namespace telltale::fakes;

namespace {

options comparing(const authorities& known, const std::string& file) {
  return {{"ca_file", text(known.ca_file)}, {"file", text(file)}};
}

std::string serial_of(const identity& of) {
  return fmt::format("serial {:02X} (SHA-256", ::ASN1_INTEGER_get(::X509_get0_serialNumber(of.certificate.get())));
}

/// A worker that does not answer, or is still in an earlier run.
class failing_part final : public blocking_part {
 public:
  explicit failing_part(outcome found) : found_(std::move(found)) {}
  asio::awaitable<outcome> run(std::chrono::steady_clock::time_point) override { co_return found_; }

 private:
  outcome found_;
};

}  // namespace

TEST_CASE("tls file: the same certificate passes, also with its chain behind it") {
  const authorities known;
  const auto server = known.server();
  const auto file = known.write("tls.crt", certificate_pem(server) + certificate_pem(known.ca));
  const auto out = probe(serves(server_context(server)), comparing(known, file));
  CAPTURE(out.message);
  CHECK(out.verdict == verdict::pass);
  CHECK(contains(out.message, ", the same as in " + file));
}

TEST_CASE("tls file: another certificate on disk is a mismatch with both serial numbers") {
  const authorities known;
  const auto served = known.server(), renewed = known.server();
  const auto file = known.write("tls.crt", certificate_pem(renewed));
  const auto out = probe(serves(server_context(served)), comparing(known, file));
  CAPTURE(out.message);
  CHECK(out.verdict == verdict::fail);
  CHECK(out.reason == reason::mismatch);
  CHECK(contains(out.message, "presents the certificate with " + serial_of(served)));
  CHECK(contains(out.message, file + " has " + serial_of(renewed)));
  CHECK(contains(out.message, "the server was not reloaded"));
}

TEST_CASE("tls file: a file that cannot be compared is reported with its reason") {
  const authorities known;
  const auto server = known.server();
  const auto behaviour = serves(server_context(server));
  const auto reason_of = [&](const std::string& file) {
    return to_string(probe(behaviour, comparing(known, file)).reason);
  };
  CHECK(reason_of(known / "absent") == "missing");
  CHECK(reason_of(known.write("key.pem", key_pem(server))) == "mismatch");
  CHECK(reason_of(known.write("cut.pem", certificate_pem(server).substr(0, 100))) == "corrupt");
}

TEST_CASE("tls file: a file on a mount that hangs does not hide what the handshake found") {
  const authorities known;
  const auto expiring = serves(server_context(known.server("server.test", -80 * day, 10 * day)));
  const auto hung = std::make_shared<failing_part>(outcome::fail(reason::timeout, "no answer within 1 s"));
  const auto out = probe(expiring, comparing(known, "/mnt/dead/tls.crt"), 10s, hung);
  CAPTURE(out.message);
  CHECK(out.reason == reason::timeout);
  CHECK(contains(out.message, "/mnt/dead/tls.crt could not be read: no answer within 1 s"));
  CHECK(contains(out.message, "the server's certificate expires in"));
}
