// The websocket check: does a WebSocket endpoint accept connections, and does somebody answer behind it?
#include <exception>
#include <memory>

#include <telltale/async_check.hpp>
#include <telltale/check_type.hpp>
#include <telltale/option.hpp>

#include "net/dial.hpp"
#include "websocket/options.hpp"
#include "websocket/session.hpp"

namespace telltale {
namespace {

std::string healthy_sentence(const websocket_options& options) {
  std::string did = "opened";
  if (options.ping) did += ", ping answered";
  if (options.expect) did += ", expected reply received";
  return did;
}

boost::asio::awaitable<outcome> run_once(std::shared_ptr<const websocket::plan> what, async_context ctx) {
  net::run now(std::move(ctx), websocket::shown(what->options.url));
  finding failed;
  try {
    auto dialed = co_await net::dial(now, what->target);
    failed = std::move(dialed.failed);
    if (dialed.line) failed = co_await websocket::hold_session(now, *what, *dialed.line);
  } catch (const std::exception& e) {
    failed = net::failure(reason::internal, e.what());
  }
  now.add(std::move(failed));
  co_return std::move(now).result(healthy_sentence(what->options));
}

class websocket_check final : public async_check {
 public:
  explicit websocket_check(websocket_options options)
      : plan_(std::make_shared<const websocket::plan>(websocket::make_plan(std::move(options)))) {}

  boost::asio::awaitable<outcome> probe(async_context ctx) override { return run_once(plan_, std::move(ctx)); }

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
                    "{file: ...} or {env: ...}. Without one, Host is `server_name` or the URL's host.")
          .optional(
              "ping", &options::ping,
              "Send a ping and wait for its pong; whatever else the server sends meanwhile is skipped, in any size and "
              "number, until `timeout`.")
          .optional("send", &options::send, "A text message to send once the WebSocket is open.")
          .optional(
              "expect", &options::expect,
              "Text that one message must contain: the reply to `send`, or what the server says by itself. Messages "
              "may have any size, number and fragments; only `timeout` bounds them.")
          .include(&options::tls),
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
