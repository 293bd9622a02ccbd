// The websocket check: does a WebSocket endpoint accept connections, and does somebody answer behind it?
#include <memory>

#include <telltale/async_check.hpp>
#include <telltale/check_type.hpp>
#include <telltale/option.hpp>

#include "websocket/options.hpp"
#include "websocket/probe.hpp"

namespace telltale {
namespace {

class websocket_check final : public async_check {
 public:
  explicit websocket_check(websocket_options options)
      : plan_(std::make_shared<const websocket::plan>(websocket::make_plan(std::move(options)))) {}

  boost::asio::awaitable<outcome> probe(async_context ctx) override {
    auto connection = websocket::make_connection(ctx.executor);
    return websocket::probe(plan_, std::move(ctx), std::move(connection));
  }

 private:
  std::shared_ptr<const websocket::plan> plan_;
};

}  // namespace

namespace checks {

check_type websocket() {
  using options = websocket_options;
  return async_type<websocket_check>(
      "websocket", "Opens a WebSocket, waits for a pong or an expected reply, and closes it again.",
      options_of<options>()
          .required("url", &options::url,
                    "The endpoint, ws:// or wss://. At most 8 of its addresses are tried; its answer may have 8 KiB of "
                    "headers; "
                    "the answer to the close is waited for 250 ms.")
          .optional(
              "subprotocol", &options::subprotocol,
              "Offered to the server, which must choose one: a name, or a list of names that may be secrets, as in "
              "[bearer, {env: TOKEN}].")
          .optional("headers", &options::headers,
                    "Extra request headers, and Host for a name-based virtual host; values are text, or secrets as "
                    "{file: ...} or {env: ...}.")
          .optional(
              "ping", &options::ping,
              "Send a ping and wait for its pong; whatever else the server sends meanwhile is skipped, in any size and "
              "number, until `timeout`.")
          .optional("send", &options::send, "A text message to send once the WebSocket is open.")
          .optional(
              "expect", &options::expect,
              "Text that one message must contain: the reply to `send`, or what the server says by itself. Messages "
              "may have any size, number and fragments; only `timeout` bounds them.")
          .optional("ca_file", &options::ca_file,
                    "Certificate authorities (PEM) to trust instead of the system's; read once at start.")
          .optional("server_name", &options::server_name,
                    "The server's name, when it is not the URL's host: for the server name indication, for the "
                    "verification of the certificate and, unless `headers` has another, for Host.")
          .optional("insecure", &options::insecure, "Accept any certificate: encrypts, but proves nothing.")
          .optional("certificate", &options::certificate, "Limit on the time until the server's certificate expires."),
      {{"resolve_seconds", "Time to find the server's address."},
       {"connect_seconds", "Time to open the TCP connection."},
       {"tls_seconds", "Time of the TLS handshake."},
       {"handshake_seconds", "Time from the WebSocket request to its reply."},
       {"ping_seconds", "Time from the ping to its pong."},
       {"reply_seconds", "Time until the expected reply."},
       {"close_seconds", "Time until the server answered the close."},
       {"certificate_expiry_seconds", "Time until the server's certificate expires."}});
}

}  // namespace checks
}  // namespace telltale
