// A probe that is cancelled at any point ends without leaving an operation behind.
#include "checks/prometheus/peer.hpp"

using namespace telltale;
using namespace telltale::fakes;

namespace {

/// Cancels one probe after another, each one handler later, until a probe ends by itself.
void cancel_everywhere(const script& behaviour, int most) {
  int cancelled = 0;
  for (int steps = 0; steps < most; ++steps, ++cancelled) {
    CAPTURE(steps);
    asio::io_context io;
    peer server(io, behaviour);
    fixed_resolver names;
    names.answer.endpoints = {server.endpoint()};
    if (!cancel_after(steps, io, make_check({{"rate(up)", text("1")}}), names, {&server})) break;
    CHECK(server.open() == 0);
  }
  CHECK(cancelled > 3);
}

}  // namespace

TEST_CASE("prometheus cancelled: at any point of a healthy run") {
  std::string page = "up 1\n";
  for (int i = 0; i < 500; ++i) page += fmt::format("other{{i=\"{}\"}} {}\n", i, i);
  cancel_everywhere(answers(reply_of(page)), 300);
}

TEST_CASE("prometheus cancelled: while the page does not end") {
  cancel_everywhere(answers("HTTP/1.1 200 OK\r\n\r\nup 1\nup{a=\"b", false), 20);
}
