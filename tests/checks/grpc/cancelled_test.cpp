// A probe that is cancelled at any point ends without leaving an operation behind.
#include "checks/grpc/peer.hpp"

using namespace telltale;
using namespace telltale::fakes;

namespace {

/// Cancels one probe after another, each one handler later, until a probe ends by itself.
void cancel_everywhere(const script& behaviour, fakes::options chosen, int most) {
  chosen.emplace_back("address", text("server.test:50051"));
  const auto check = make_grpc_check(std::move(chosen));
  for (int steps = 0; steps < most; ++steps) {
    CAPTURE(steps);
    asio::io_context io;
    peer server(io, behaviour);
    fixed_resolver names;
    names.answer.endpoints = {server.endpoint()};
    if (!cancel_after(steps, io, check, names, {&server})) return;
    CHECK(server.open() == 0);
  }
}

}  // namespace

TEST_CASE("grpc cancelled: at any point of a healthy call") {
  cancel_everywhere(answers(h2::reply(h2::serving)), {}, 200);
  const auto context = selecting(make_identity({}), "h2");
  cancel_everywhere(answers_over_tls(context, h2::reply(h2::serving)),
                    {{"tls", text("true")}, {"insecure", text("true")}}, 200);
}

TEST_CASE("grpc cancelled: while the reply does not come") { cancel_everywhere(answers(""), {}, 18); }
