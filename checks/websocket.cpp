// The websocket check: opens a WebSocket and verifies that the server responds.
#include <exception>
#include <memory>

#include <telltale/async_check.hpp>
#include <telltale/check_type.hpp>

#include "http/headers.hpp"
#include "net/dial.hpp"
#include "net/renewal.hpp"
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

boost::asio::awaitable<finding> open_once(net::run& now, const websocket::plan& what) {
  auto dialed = co_await net::dial(now, what.target);
  auto failed = std::move(dialed.failed);
  if (dialed.line) failed = co_await websocket::hold_session(now, what, *dialed.line);
  co_return failed;
}

boost::asio::awaitable<outcome> run_once(std::shared_ptr<websocket::plan> what, async_context ctx) {
  net::run now(std::move(ctx), http::shown(what->options.url));
  net::attempt_function attempt = [&] { return open_once(now, *what); };
  net::read_function read;
  if (websocket::has_secrets(what->options)) read = [&] { return websocket::read_secrets(*what); };
  finding failed;
  try {
    failed = co_await net::with_current_secrets(now, std::move(attempt), std::move(read));
  } catch (const std::exception& e) {
    failed = net::failure(reason::internal, e.what());
  }
  now.add(std::move(failed));
  now.judge_latency(what->options.network.latency);
  co_return std::move(now).result(healthy_sentence(what->options));
}

class websocket_check final : public async_check {
 public:
  explicit websocket_check(websocket_options options)
      : plan_(std::make_shared<websocket::plan>(websocket::make_plan(std::move(options)))) {}

  boost::asio::awaitable<outcome> probe(async_context ctx) override { return run_once(plan_, std::move(ctx)); }

 private:
  std::shared_ptr<websocket::plan> plan_;
};

}  // namespace

namespace checks {

check_type websocket() {
  auto measurements = net::dial_measurements();
  measurements.push_back({"handshake_seconds", "Time from the WebSocket request to its reply."});
  measurements.push_back({"ping_seconds", "Time from the ping to its pong."});
  measurements.push_back({"reply_seconds", "Time until the expected reply."});
  measurements.push_back({"close_seconds", "Time until the server answered the close."});
  return async_type_with_part<websocket_check, net::secrets_part<websocket_options, websocket::try_secrets>,
                              websocket_options>({
      .name = "websocket",
      .summary = "Opens a WebSocket, waits for a pong or an expected reply, and closes it again.",
      .proves = "The endpoint accepts a WebSocket, and its server answers a ping or `send` as expected.",
      .does_not_prove = "That messages reach other clients, or that the server has room for many more.",
      .measurements = std::move(measurements),
  });
}

}  // namespace checks
}  // namespace telltale
