// The recipes for mail servers: a banner, and STARTTLS with a certificate, against a server that is not ours
// (Debian's python3-aiosmtpd).
#include <memory>

#include "fakes/certificates.hpp"
#include "fakes/network_peer.hpp"
#include "fakes/server_program.hpp"
#include "fakes/temp_folder.hpp"

namespace telltale::checks {
check_type tcp();
}

using namespace telltale;
using namespace telltale::fakes;

namespace {

/// Prints its port when it listens. Without arguments it offers no STARTTLS.
constexpr const char* program = R"(
import asyncio, ssl, sys
from aiosmtpd.smtp import SMTP
context = None
if len(sys.argv) > 1:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*sys.argv[1:])
async def main():
    make = lambda: SMTP(None, hostname="mail.test", ident="ESMTP ready", tls_context=context)
    server = await asyncio.get_running_loop().create_server(make, "127.0.0.1", 0)
    print("listening on", server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()
asyncio.run(main())
)";

class mail_server {
 public:
  explicit mail_server(bool with_tls) {
    std::vector<std::string> arguments{"-c", program};
    if (with_tls) {
      const auto identity = make_identity({"mail.test", "DNS:mail.test"});
      write_pem(certificate(), identity);
      write_key(folder_ / "key.pem", identity);
      arguments.insert(arguments.end(), {certificate(), folder_ / "key.pem"});
    }
    server_ = std::make_unique<server_program>(python(), arguments, "listening on ");
    REQUIRE_MESSAGE(server_->running(), server_->said());
    const auto& said = server_->said();
    const auto port = std::stoi(said.substr(said.rfind(' ') + 1));
    endpoint_ = {asio::ip::address_v4::loopback(), static_cast<std::uint16_t>(port)};
  }
  std::string certificate() const { return folder_ / "cert.pem"; }

  outcome probed(fakes::options chosen, const char* address = "mail.test:25") const {
    asio::io_context io;
    fixed_resolver names;
    names.answer.endpoints = {endpoint_};
    chosen.emplace_back("address", text(address));
    return probe_once(io, make_check(checks::tcp(), std::move(chosen)), names, 10s, {});
  }

 private:
  temp_folder folder_;
  std::unique_ptr<server_program> server_;
  tcp::endpoint endpoint_;
};

bool absent() { return modules_absent("aiosmtpd", "python3-aiosmtpd"); }

}  // namespace

TEST_CASE("tcp smtp: the banner is matched, and the server is left politely") {
  if (absent()) return;
  const mail_server server(false);
  CHECK(server.probed({{"match", text("^220 .*ESMTP")}}).message == "mail.test:25: expected text received");
  // QUIT, so that the server's log has no lost connection.
  CHECK(server.probed({{"send", text("QUIT\r\n")}, {"match", text("(?m)^221 ")}}).verdict == verdict::pass);
  const auto out = server.probed({{"match", text("^554 ")}});
  CHECK(out.reason == reason::mismatch);
  CHECK(contains(out.message, "the server sent '220 mail.test ESMTP ready"));
}

TEST_CASE("tcp smtp: STARTTLS leads to TLS, whose certificate and text are judged") {
  if (absent()) return;
  const mail_server server(true);
  const std::pair<std::string, raw_value> starttls{"starttls", text("smtp")};
  auto out = server.probed(
      {starttls, {"ca_file", text(server.certificate())}, {"send", text("QUIT\r\n")}, {"match", text("^221 ")}});
  CAPTURE(out.message);
  CHECK(out.verdict == verdict::pass);
  CHECK(out.measured("starttls_seconds"));
  CHECK(out.measured("certificate_expiry_seconds"));
  out = server.probed({starttls});
  CHECK(out.reason == reason::tls);
  CHECK(contains(out.message, "self-signed"));
  out = server.probed({starttls, {"ca_file", text(server.certificate())}}, "other.test:25");
  CHECK(out.reason == reason::tls);
  CHECK(contains(out.message, "the server's certificate is not for other.test"));
  out = server.probed({starttls,
                       {"ca_file", text(server.certificate())},
                       {"certificate", map_of({{"warn", text("90d")}, {"fail", text("1h")}})}});
  CHECK(out.verdict == verdict::warn);
  CHECK(out.reason == reason::threshold);
}

TEST_CASE("tcp smtp: a server without STARTTLS is told apart from one whose TLS fails") {
  if (absent()) return;
  const mail_server server(false);
  const auto out = server.probed({{"starttls", text("smtp")}});
  CHECK(out.reason == reason::tls);
  CHECK(contains(out.message, "the server does not offer STARTTLS"));
  // TLS at once, where clear text is spoken.
  CHECK(server.probed({{"tls", text("true")}}).reason == reason::tls);
}
