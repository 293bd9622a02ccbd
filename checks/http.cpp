// The http check: sends a request and compares status, headers and body of the reply.
#include <chrono>
#include <memory>
#include <string>

#include <telltale/async_check.hpp>
#include <telltale/check_type.hpp>

#include "http/options.hpp"
#include "http/plan.hpp"
#include "http/session.hpp"
#include "net/dial.hpp"
#include "net/kept_connection.hpp"
#include "net/renewal.hpp"

namespace telltale {
namespace {

namespace asio = boost::asio;

/// What the runs of one check share.
struct http_state {
  explicit http_state(http_options options)
      : what(web::make_plan(std::move(options))),
        kept(what.keeps_connection() ? what.options.request.kept.reconnect : std::chrono::milliseconds(0)) {}
  web::plan what;
  net::kept_connection kept;
};

asio::awaitable<outcome> run_once(std::shared_ptr<http_state> state, async_context ctx) {
  auto& what = state->what;
  net::run now(std::move(ctx), what.request.shown);
  std::string healthy;
  net::attempt_function attempt = [&] { return web::hold_session(now, what, state->kept, healthy); };
  net::read_function read;
  if (web::has_secrets(what.options)) read = [&] { return web::read_secrets(what); };
  auto found = co_await net::with_current_secrets(now, std::move(attempt), std::move(read));
  now.add(std::move(found));
  now.judge_latency(what.options.request.network.latency);
  co_return std::move(now).result(healthy);
}

class http_check final : public async_check {
 public:
  explicit http_check(http_options options) : state_(std::make_shared<http_state>(std::move(options))) {}
  asio::awaitable<outcome> probe(async_context ctx) override { return run_once(state_, std::move(ctx)); }

 private:
  std::shared_ptr<http_state> state_;
};

}  // namespace

namespace checks {

check_type http() {
  auto measurements = net::dial_measurements();
  measurements.push_back({"reply_seconds", "Time from the request to the first byte of its reply."});
  measurements.push_back({"body_seconds", "Time from the header of the reply to the end of its body."});
  measurements.push_back({"status_code", "HTTP status of the reply."});
  measurements.push_back({"body_bytes", "Size of the body that was read."});
  return async_type_with_part<http_check, net::secrets_part<http_options, web::try_secrets>, http_options>({
      .name = "http",
      .summary = "Sends an HTTP/1.1 request and compares the status, headers and body of the reply.",
      .proves = "The server answers this request in time with the expected status, and with the expected content.",
      .does_not_prove = "That other paths work, or, with the status alone, that the reply is not a proxy's.",
      .measurements = std::move(measurements),
  });
}

}  // namespace checks
}  // namespace telltale
