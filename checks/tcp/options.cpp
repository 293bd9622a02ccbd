// Declares the options of the tcp check and the rules between them. No I/O.
#include "tcp/options.hpp"

#include "tcp/known_ports.hpp"

namespace telltale {

options_of<tcp_options> tcp_options::declared() {
  using self = tcp_options;
  return options_of<self>()
      .required(
          "address", &self::address,
          "Where to connect: HOST:PORT, [IPV6]:PORT or unix:/path. At most 8 addresses of a name are tried. MySQL, "
          "PostgreSQL and RabbitMQ count or log a connection on which nothing follows.")
      .optional("send", &self::send,
                "A text to send once connected; line breaks are written in double quotes, as in \"PING\\r\\n\".")
      .optional("expect", &self::expect,
                "Text that the first 64 KiB from the server must contain: its greeting, or the response to `send`.")
      .optional(
          "match", &self::match,
          "Pattern (RE2) that is found in the first 64 KiB from the server, instead of `expect`; `(?m)^220 ` is a "
          "line that begins with 220.")
      .optional(
          "expect_refused", &self::expect_refused,
          "Pass only when no server accepts connections here, as on a port that must be closed. A Unix socket that "
          "does not exist passes, too.")
      .optional("tls", &self::tls, "Use TLS, with the options `ca_file` to `certificate`.")
      .optional("starttls", &self::starttls,
                "Begin in clear text and change to TLS as this protocol does, with the options `ca_file` to "
                "`certificate`; `send`, `expect` and `match` follow inside TLS.")
      .include(&self::security)
      .include(&self::network);
}

void tcp_options::validate(source_location at, problems& errors) const {
  if (address.kind == net::endpoint::kind_t::udp) errors.add(at, "address: UDP has no connections; use HOST:PORT");
  if (send && send->secret.empty() && send->text.empty()) errors.add(at, "send: the text is empty");
  if (expect && expect->empty()) errors.add(at, "expect: an empty text is contained in every response");
  if (expect && match) errors.add(at, "only one of expect and match may be given");
  if (expect_refused && (send || waits_for_text() || uses_tls()))
    errors.add(at,
               "expect_refused: a refused connection carries no data; remove send, expect, match, tls and starttls");
  if (tls && starttls) errors.add(at, "tls begins TLS at once, starttls on request: only one of them may be given");
  if (!uses_tls() && security.any()) errors.add(at, "the TLS options, such as ca_file, need `tls: true` or `starttls`");
  if (uses_tls()) security.require_name(address, at, errors);
}

std::vector<option_hint> tcp_options::hints() const {
  if (send && send->secret.empty() && send->text.starts_with("ruok"))
    return {{"send", R"(send: ZooKeeper answers ruok only with 4lw.commands.whitelist since 3.5 - send: "srvr\n" with )"
                     R"(match: "(?m)^Mode: ")"}};
  if (expect_refused || address.kind != net::endpoint::kind_t::tcp) return {};
  const bool asks = waits_for_text() || uses_tls();
  auto sentence = tcp::known_port_hint(address.host, address.port, asks);
  return sentence.empty() ? std::vector<option_hint>() : std::vector<option_hint>{{"address", std::move(sentence)}};
}

}  // namespace telltale
