// Ten thousand probes of peers that misbehave leave nothing.
#include <memory>

#include <boost/asio/ssl/stream.hpp>

#include "fakes/certificates.hpp"
#include "fakes/many_probes.hpp"
#include "fakes/starttls_peer.hpp"

namespace telltale::checks {
check_type tcp();
}

using namespace telltale;
using namespace telltale::fakes;

namespace {

using socket_task = asio::awaitable<void>;

socket_task closes(tcp::socket) { co_return; }
socket_task resets(tcp::socket socket) {
  socket.set_option(tcp::socket::linger(true, 0));
  socket.close();  // a destructor would not reset
  co_return;
}
/// Says it over and over until there is nobody to hear it.
script floods(std::string bytes) {
  return [bytes](tcp::socket socket) -> socket_task {
    const auto buffer = asio::buffer(bytes);
    for (;;) {
      auto [error, count] = co_await asio::async_write(socket, buffer, quiet);
      if (error) co_return;
    }
  };
}

dialogue injected() {
  auto out = smtp_dialogue();
  out.back().says += "250 injected\r\n";
  return out;
}

dialogue never_consents() {
  auto out = imap_dialogue();
  out.back().says = "* OK wait\r\n";
  return out;
}

probed_peers all_kinds(asio::io_context& io) {
  const auto certificate = server_context(make_identity({}));
  probed_peers out;
  const auto add = [&](script does, reason why, fakes::options chosen) {
    chosen.emplace_back("address", text("server.test:25"));
    out.push_back(
        std::make_unique<probed_peer>(io, std::move(does), make_check(checks::tcp(), std::move(chosen)), why));
  };
  const std::pair<std::string, raw_value> match{"match", text("^220 .*ESMTP")};
  const std::pair<std::string, raw_value> insecure{"insecure", text("true")};
  const auto starttls = [](const char* how) { return std::pair<std::string, raw_value>{"starttls", text(how)}; };
  add(silent, reason::ok, {});
  add(says_in_clear_text({{"", "220 mail ESMTP"}}), reason::ok, {match});
  add(silent, reason::timeout, {match});
  add(closes, reason::refused, {match});
  add(resets, reason::refused, {match});
  add(says_in_clear_text({{"", "SSH-2.0"}}, true), reason::mismatch, {match});
  add(floods(std::string(1000, 'x')), reason::mismatch, {match});
  add(silent, reason::timeout, {{"tls", text("true")}});
  add(silent, reason::timeout, {starttls("smtp")});
  add(says_in_clear_text(injected()), reason::protocol, {starttls("smtp")});
  add(says_in_clear_text(never_consents()), reason::timeout, {starttls("imap")});
  add(floods("* OK more\r\n"), reason::protocol, {starttls("imap")});
  add(says_in_clear_text(postgres_dialogue()), reason::timeout, {starttls("postgres")});
  add(says_inside_tls(smtp_dialogue(), "220 no", certificate), reason::tls, {starttls("smtp")});
  add(says_inside_tls(smtp_dialogue(), "220 ESMTP", certificate), reason::ok, {starttls("smtp"), insecure, match});
  return out;
}

}  // namespace

TEST_CASE("tcp leaks: after ten thousand probes nothing is connected and no descriptor is open") {
  const auto descriptors = open_descriptors();
  {
    asio::io_context io;
    probe_many(io, all_kinds(io));
  }
  CHECK(open_descriptors() == descriptors);
}
