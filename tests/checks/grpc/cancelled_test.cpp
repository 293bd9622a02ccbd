// A probe that is cancelled at any point ends without leaving an operation behind.
#include "checks/grpc/peer.hpp"
#include "fakes/cancelled_probes.hpp"

using namespace telltale;
using namespace telltale::fakes;

namespace {

const options plain{{"address", text("server.test:50051")}};
const options trusting{{"address", text("server.test:50051")}, {"tls", text("true")}, {"insecure", text("true")}};

}  // namespace

TEST_CASE("grpc cancelled: at any point of a healthy call") {
  cancel_everywhere(answers(h2::reply(h2::serving)), make_grpc_check(plain), 200);
  const auto context = selecting(make_identity({}), "h2");
  cancel_everywhere(answers_over_tls(context, h2::reply(h2::serving)), make_grpc_check(trusting), 200);
}

TEST_CASE("grpc cancelled: while the reply does not come") {
  cancel_everywhere(answers(""), make_grpc_check(plain), 18);
}
