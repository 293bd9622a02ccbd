// The dialogue, one coroutine a step.
#include "websocket/conversation.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <boost/asio/error.hpp>

#include <telltale/units.hpp>

namespace telltale::websocket {
namespace {

namespace asio = boost::asio;
constexpr std::chrono::milliseconds close_wait{250};

mask_key make_mask() {
  mask_key out{};
  std::ranges::copy(random_bytes(out.size()), out.begin());
  return out;
}

std::string first_part(const std::string& text) { return text.size() <= 40 ? text : text.substr(0, 40) + "..."; }

}  // namespace

asio::awaitable<maybe_failure> conversation::ping() {
  const stopwatch watch(now_.found);
  const auto payload = random_bytes(8);
  auto failed = co_await write(opcode::ping, payload, phase::ping, now_.until);
  while (!failed) {
    auto heard = co_await listen(phase::ping, now_.until);
    if (heard.failed) co_return std::move(heard.failed);
    if (heard.what.kind == event::kind_t::pong && heard.what.payload == payload) break;
  }
  if (!failed) watch.stop("ping_seconds");
  co_return failed;
}

asio::awaitable<maybe_failure> conversation::exchange() {
  const auto& plan = now_.what;
  const stopwatch watch(now_.found);
  if (!plan.send.empty()) {
    auto failed = co_await write(opcode::text, plan.send, phase::send, now_.until);
    if (failed) co_return failed;
    sent_ = true;
    reader_.disregard_current();
    expected_ = false;
    messages_ = 0;
  }
  while (plan.options.expect && !expected_) {
    auto heard = co_await listen(phase::reply, now_.until);
    if (!heard.failed) continue;
    if (heard.late) co_return no_reply(std::move(*heard.failed));
    co_return std::move(heard.failed);
  }
  if (plan.options.expect) watch.stop("reply_seconds");
  co_return std::nullopt;
}

asio::awaitable<void> conversation::close() {
  const auto until = std::min(now_.until, std::chrono::steady_clock::now() + close_wait);
  const stopwatch watch(now_.found);
  const auto normal = close_payload(1000);
  auto failed = co_await write(opcode::close, normal, phase::reply, until);
  bool answered = false;
  while (!failed && !answered) {
    auto heard = co_await next(phase::reply, until);
    answered = !heard.failed && heard.what.kind == event::kind_t::close;
    failed = std::move(heard.failed);
  }
  if (answered) watch.stop("close_seconds");
  else now_.remark += " (the server did not answer the close)";
  co_await now_.line.close(until);
}

asio::awaitable<conversation::heard> conversation::next(phase p, time_point until) {
  std::array<char, 8192> chunk;
  heard out;
  for (;;) {
    if (auto found = reader_.next()) {
      out.what = std::move(*found);
      co_return out;
    }
    if (!reader_.broken().empty()) {
      out.failed = failure{reason::protocol, reader_.broken()};
      co_return out;
    }
    const auto got = co_await now_.line.read_some(chunk, until);
    if (got.error) {
      out.failed = explain_broken(got.error, p, 0, now_.budget);
      out.late = got.error == asio::error::timed_out;
      if (out.late) out.failed->sentence += reader_.meanwhile();
      co_return out;
    }
    reader_.feed({chunk.data(), got.bytes});
  }
}

asio::awaitable<conversation::heard> conversation::listen(phase p, time_point until) {
  auto out = co_await next(p, until);
  if (out.failed) co_return out;
  switch (out.what.kind) {
    case event::kind_t::close:
      out.failed = explain_close(out.what, p, now_.what.secrets);
      break;
    case event::kind_t::ping:
      out.failed = co_await write(opcode::pong, out.what.payload, p, until);
      break;
    case event::kind_t::message:
      ++messages_;
      if (sent_ || now_.what.send.empty()) expected_ |= out.what.expected;
      break;
    case event::kind_t::pong:
      break;
  }
  co_return out;
}

asio::awaitable<maybe_failure> conversation::write(opcode code, std::string payload, phase p, time_point until) {
  const auto frame = make_frame(code, payload, make_mask());
  const auto error = co_await now_.line.write(frame, until);
  if (error) co_return explain_broken(error, p, 0, now_.budget);
  co_return std::nullopt;
}

failure conversation::no_reply(failure late) const {
  if (messages_ == 0) return late;
  return {reason::mismatch,
          fmt::format("none of {} message{} within {} contained '{}'", messages_, messages_ == 1 ? "" : "s",
                      human_duration(now_.budget), first_part(*now_.what.options.expect))};
}

}  // namespace telltale::websocket
