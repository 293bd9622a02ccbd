// A probe that is cancelled at any point of its session ends without leaving an operation behind.
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include "checks/http/peer.hpp"

using namespace telltale;
using namespace telltale::fakes;

namespace {

/// Cancels one run after another, each one handler later, until a run ends by itself. Before it there is a healthy run,
/// whose connection is kept, when `kept`.
void cancel_everywhere(const script& behaviour, bool kept, int most) {
  for (int steps = 0; steps < most; ++steps) {
    CAPTURE(steps);
    asio::io_context io;
    peer server(io, behaviour);
    fixed_resolver names;
    names.answer.endpoints = {server.endpoint()};
    auto check = make_check(checks::http(), {{"url", text("http://server.test/")}});
    if (kept) {
      const async_context ctx{io.get_executor(), std::chrono::steady_clock::now() + 3s, &names};
      bool done = false;
      asio::co_spawn(io, check->probe(ctx), [&](std::exception_ptr, const outcome& out) {
        CHECK(out.verdict == verdict::pass);
        done = true;
      });
      while (!done) io.run_one_for(1s);
    }
    std::weak_ptr<async_check> alive = check;
    bool done = false;
    asio::cancellation_signal cancel;
    auto ended = asio::bind_cancellation_slot(
        cancel.slot(), [&, check = std::move(check)](std::exception_ptr, const outcome&) mutable {
          check.reset();
          server.stop();
          done = true;
        });
    const async_context ctx{io.get_executor(), std::chrono::steady_clock::now() + 3s, &names};
    asio::co_spawn(io, alive.lock()->probe(ctx), std::move(ended));
    for (int i = 0; i < steps && !done; ++i) io.run_one_for(100ms);
    const bool under_way = !done;
    if (under_way) cancel.emit(asio::cancellation_type::terminal);
    io.run_for(8s);
    CHECK(done);
    CHECK(io.stopped());
    CHECK(server.open() == 0);
    if (!under_way) return;
  }
}

}  // namespace

TEST_CASE("http cancelled: at any point of a session with a new connection") {
  cancel_everywhere(answers(reply("200 OK", "fine")), false, 60);
}
TEST_CASE("http cancelled: at any point of a session with a kept connection") {
  cancel_everywhere(answers(reply("200 OK", "fine")), true, 60);
}
TEST_CASE("http cancelled: while the body does not end") {
  cancel_everywhere(answers("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx"), false, 25);
}
