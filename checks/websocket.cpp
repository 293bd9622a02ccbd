// The websocket check: does a WebSocket endpoint accept connections, and does somebody answer behind it?
#include <memory>

#include <telltale/async_check.hpp>
#include <telltale/check_type.hpp>

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
  return async_type<websocket_check, websocket_options>({
      .name = "websocket",
      .summary = "Opens a WebSocket, waits for a pong or an expected reply, and closes it again.",
      .proves = "The endpoint accepts a WebSocket, and its server answers a ping or `send` as expected.",
      .does_not_prove = "That messages reach other clients, or that the server has room for many more.",
      .measurements = {{"resolve_seconds", "Time to find the server's address."},
                       {"connect_seconds", "Time to open the TCP connection."},
                       {"tls_seconds", "Time of the TLS handshake."},
                       {"handshake_seconds", "Time from the WebSocket request to its reply."},
                       {"ping_seconds", "Time from the ping to its pong."},
                       {"reply_seconds", "Time until the expected reply."},
                       {"close_seconds", "Time until the server answered the close."},
                       {"certificate_expiry_seconds", "Time until the server's certificate expires."}},
  });
}

}  // namespace checks
}  // namespace telltale
