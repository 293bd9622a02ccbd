// The grpc check: asks a server for its health with the standard gRPC health protocol.
#include <memory>

#include <telltale/async_check.hpp>
#include <telltale/check_type.hpp>

#include "grpc/exchange.hpp"
#include "grpc/options.hpp"
#include "grpc/plan.hpp"
#include "net/dial.hpp"

namespace telltale {
namespace {

namespace asio = boost::asio;

/// The answer over a new connection.
asio::awaitable<finding> call(net::run& now, const grpc::plan& what) {
  auto dialed = co_await net::dial(now, what.target);
  if (!dialed.line) co_return std::move(dialed.failed);
  grpc::session http2(what.what);
  auto failed = co_await grpc::ask(now, what, http2, *dialed.line);
  if (http2.ended()) co_await grpc::leave(http2, *dialed.line);
  co_return failed;
}

asio::awaitable<outcome> run_once(std::shared_ptr<const grpc::plan> what, async_context ctx) {
  net::run now(std::move(ctx), to_text(what->options.address));
  auto failed = co_await call(now, *what);
  now.add(std::move(failed));
  now.judge_latency(what->options.network.latency);
  co_return std::move(now).result("SERVING");
}

class grpc_check final : public async_check {
 public:
  explicit grpc_check(grpc_options options)
      : plan_(std::make_shared<const grpc::plan>(grpc::make_plan(std::move(options)))) {}
  asio::awaitable<outcome> probe(async_context ctx) override { return run_once(plan_, std::move(ctx)); }

 private:
  std::shared_ptr<const grpc::plan> plan_;
};

}  // namespace

namespace checks {

check_type grpc() {
  auto measurements = net::dial_measurements();
  measurements.push_back({"reply_seconds", "Time from the health call to its reply."});
  return async_type<grpc_check, grpc_options>({
      .name = "grpc",
      .summary = "Asks a gRPC server for its health: one grpc.health.v1.Health/Check call over HTTP/2.",
      .proves = "The server answers gRPC calls and reports SERVING for `service`.",
      .does_not_prove = "That other calls succeed: the server decides what it reports, often only that it has started.",
      .measurements = std::move(measurements),
  });
}

}  // namespace checks
}  // namespace telltale
