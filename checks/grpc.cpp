// The grpc check: asks a server for its health with the standard gRPC health protocol.
#include <memory>

#include <telltale/async_check.hpp>
#include <telltale/check_type.hpp>

#include "grpc/exchange.hpp"
#include "grpc/options.hpp"
#include "grpc/plan.hpp"
#include "http/headers.hpp"
#include "net/dial.hpp"
#include "net/renewal.hpp"

namespace telltale {
namespace {

namespace asio = boost::asio;

/// Data of one check, for all its runs.
struct check_state {
  explicit check_state(grpc_options options)
      : what(grpc::make_plan(std::move(options))),
        kept(what.options.kept.reconnect, net::kept_connection::idle_input::allowed) {}
  grpc::plan what;
  net::kept_connection kept;
};

asio::awaitable<finding> call(net::run& now, check_state& check, grpc::answer& into) {
  into = co_await grpc::ask(now, check.what, check.kept);
  co_return into.found;
}

asio::awaitable<outcome> run_once(std::shared_ptr<check_state> check, async_context ctx) {
  net::run now(std::move(ctx), to_text(check->what.options.address));
  auto& what = check->what;
  grpc::answer got;
  net::attempt_function attempt = [&] { return call(now, *check, got); };
  net::read_function read;
  if (http::has_secrets(what.options.metadata)) read = [&] { return grpc::read_secrets(what); };
  auto found = co_await net::with_current_secrets(now, std::move(attempt), std::move(read));
  now.add(std::move(found));
  now.judge_latency(what.options.network.latency);
  co_await grpc::put_back(now, check->kept, std::move(got));
  co_return std::move(now).result("SERVING");
}

class grpc_check final : public async_check {
 public:
  explicit grpc_check(grpc_options options) : state_(std::make_shared<check_state>(std::move(options))) {}
  asio::awaitable<outcome> probe(async_context ctx) override { return run_once(state_, std::move(ctx)); }

 private:
  std::shared_ptr<check_state> state_;
};

}  // namespace

namespace checks {

check_type grpc() {
  auto measurements = net::dial_measurements();
  measurements.push_back({"reply_seconds", "Time from the health call to its reply."});
  return async_type_with_part<grpc_check, net::secrets_part<grpc_options, grpc::try_secrets>, grpc_options>({
      .name = "grpc",
      .summary = "Asks a gRPC server for its health: one grpc.health.v1.Health/Check call over HTTP/2.",
      .proves = "The server answers gRPC calls and reports SERVING for `service`.",
      .does_not_prove = "That other calls succeed: the server decides what it reports, often only that it has started.",
      .measurements = std::move(measurements),
  });
}

}  // namespace checks
}  // namespace telltale
