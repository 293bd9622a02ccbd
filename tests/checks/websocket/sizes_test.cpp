// Tests that unsolicited messages may have any size and number, that the expected text is found anywhere in a message,
// and that messages are not stored.
#include <algorithm>
#include <fstream>

#include <doctest/doctest.h>

#include "checks/websocket/scripts.hpp"

using namespace telltale;
using namespace telltale::fakes;
using namespace std::string_literals;

namespace {

constexpr std::size_t mebibyte = 1024 * 1024;

/// A frame with the shortest form of its length.
std::string frame(unsigned first, const std::string& payload) {
  std::string out(1, static_cast<char>(first));
  const int count = payload.size() < 126 ? 0 : payload.size() <= 0xffff ? 2 : 8;
  out += static_cast<char>(count == 0 ? payload.size() : count == 2 ? 126 : 127);
  for (int shift = 8 * (count - 1); shift >= 0; shift -= 8) out += static_cast<char>(payload.size() >> shift & 0xff);
  return out + payload;
}

std::string repeated(const std::string& text, int count) {
  std::string out;
  for (int i = 0; i < count; ++i) out += text;
  return out;
}

/// Opens the WebSocket, sends `bytes`, then follows the protocol.
script greets(std::string bytes) {
  return [bytes](tcp::socket socket) -> asio::awaitable<void> {
    const auto request = co_await read_request(socket);
    auto reply = accepting(request);
    co_await say(socket, std::move(reply));
    co_await say(socket, bytes);
    co_await behave(socket);
  };
}

/// Opens the WebSocket, sends `first`, then `bytes` repeatedly until the client disconnects.
script floods(std::string bytes, std::string first = "") {
  return [bytes, first](tcp::socket socket) -> asio::awaitable<void> {
    const auto request = co_await read_request(socket);
    auto reply = accepting(request) + first;
    co_await say(socket, std::move(reply));
    const auto buffer = asio::buffer(bytes);
    for (;;) {
      auto [error, count] = co_await asio::async_write(socket, buffer, quiet);
      if (error) co_return;
    }
  };
}

options expecting(const std::string& what) { return {{"ping", text("false")}, {"expect", text(what)}}; }

std::size_t status_kib(const std::string& field) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with(field + ":")) return std::stoul(line.substr(field.size() + 1));
  return 0;
}

}  // namespace

TEST_CASE("websocket sizes: unsolicited messages may be large and numerous") {
  struct row {
    std::string name;
    std::string bytes;
  };
  const row rows[] = {
      {"a binary message of 3 MiB", frame(0x82, std::string(3 * mebibyte, 'x'))},
      {"a text message of 3 MiB", frame(0x81, repeated("\xe2\x82\xac", mebibyte))},
      {"30,000 messages", repeated(frame(0x81, std::string(100, 'x')), 30'000)},
      {"empty messages", repeated(frame(0x81, ""), 100'000)},
      {"a message of 20,000 fragments",
       frame(0x01, "x") + repeated(frame(0x00, std::string(100, 'x')), 20'000) + frame(0x80, "x")},
      {"a pong inside a message of 2 MiB",
       frame(0x01, std::string(mebibyte, 'x')) + frame(0x8a, "other") + frame(0x80, std::string(mebibyte, 'x'))},
      {"3,000 pings", repeated(frame(0x89, "there?"), 3'000)},
  };
  for (const auto& r : rows) {
    CAPTURE(r.name);
    const script reads_on = [&r](tcp::socket socket) -> asio::awaitable<void> {
      const auto request = co_await read_request(socket);
      auto reply = accepting(request) + r.bytes;
      co_await say(socket, std::move(reply));
      co_await behave(socket);  // answers pings, and echoes pongs as unsolicited pongs
    };
    const auto out = probe_against(reads_on);
    CAPTURE(out.message);
    CHECK(out.verdict == verdict::pass);
  }
}

TEST_CASE("websocket sizes: the expected text is found anywhere within one message, but not across two") {
  const std::string far(3 * mebibyte, 'x');
  struct row {
    std::string name;
    std::string bytes;
    std::string expect;
    bool found;
  };
  const row rows[] = {
      {"at the front", frame(0x81, "ready" + far), "ready", true},
      {"at the end of 3 MiB", frame(0x81, far + "ready"), "ready", true},
      {"at the end of 3 MiB of binary data",
       frame(0x82, far + "\xff"
                         "ready"),
       "ready", true},
      {"after 3 MiB of other messages", repeated(frame(0x81, std::string(1000, 'x')), 3'200) + frame(0x81, "ready"),
       "ready", true},
      {"behind 64 KiB", frame(0x81, std::string(64 * 1024 - 2, 'x') + "ready"), "ready", true},
      {"across two fragments", frame(0x01, far + "rea") + frame(0x80, "dy" + far), "ready", true},
      {"across many fragments",
       frame(0x01, "r") + frame(0, "e") + frame(0, "") + frame(0, "a") + frame(0, "d") + frame(0x80, "y"), "ready",
       true},
      {"with a ping between the fragments", frame(0x01, "re") + frame(0x89, "x") + frame(0x80, "ady"), "ready", true},
      {"a character across fragments", frame(0x01, "\xe2\x82") + frame(0x80, "\xac!"), "\xe2\x82\xac!", true},
      {"behind a front that begins like it", frame(0x81, "aaab"), "aab", true},
      {"behind a repeated front", frame(0x81, "ababababac"), "ababac", true},
      {"behind a repeated front, in fragments",
       frame(0x01, "aba") + frame(0, "bab") + frame(0, "aba") + frame(0x80, "c"), "ababac", true},
      {"as the whole message", frame(0x81, "ready"), "ready", true},
      {"longer than a read", frame(0x81, "x" + std::string(100'000, 'y') + "z"), std::string(100'000, 'y') + "z", true},
      {"one character less", frame(0x81, far + "read"), "ready", false},
      {"across two messages", frame(0x81, far + "rea") + frame(0x81, "dy" + far), "ready", false},
      {"in a ping", frame(0x89, "ready"), "ready", false},
      {"in a pong between fragments", frame(0x01, "x") + frame(0x8a, "ready") + frame(0x80, "x"), "ready", false},
      {"in another order", frame(0x81, "dyrea"), "ready", false},
  };
  for (const auto& r : rows) {
    CAPTURE(r.name);
    const auto out = probe_against(greets(r.bytes), expecting(r.expect), r.found ? ample : 500ms);
    CAPTURE(out.message);
    CHECK(out.verdict == (r.found ? verdict::pass : verdict::fail));
  }
}

TEST_CASE("websocket sizes: text has to be UTF-8 to its end, at any length and fragmentation") {
  const auto far = repeated("\xe2\x82\xac", mebibyte);
  struct row {
    std::string name;
    std::string bytes;
    bool valid;
  };
  const row rows[] = {
      {"a bad byte after 3 MiB", frame(0x81, far + "\xff"), false},
      {"a bad byte in the last fragment", frame(0x01, far) + frame(0, far) + frame(0x80, "\xff"), false},
      {"a character cut off by the end", frame(0x01, far) + frame(0x80, "\xe2\x82"), false},
      {"a character over fragments", frame(0x01, far + "\xe2") + frame(0, "\x82") + frame(0x80, "\xac"), true},
      {"no character over two messages", frame(0x81, far + "\xe2") + frame(0x81, "\x82\xac"), false},
      {"binary data", frame(0x82, far + "\xff"), true},
  };
  for (const auto& r : rows) {
    CAPTURE(r.name);
    const auto out = probe_against(greets(r.bytes));
    CAPTURE(out.message);
    CHECK(out.verdict == (r.valid ? verdict::pass : verdict::fail));
    if (!r.valid) CHECK(out.reason == reason::protocol);
    if (!r.valid) CHECK(contains(out.message, "not valid UTF-8"));
  }
}

TEST_CASE("websocket sizes: endless data ends with the timeout, and the message describes what was received") {
  struct row {
    std::string name;
    script behaviour;
    options chosen;
    std::vector<std::string> must;
  };
  const row rows[] = {
      {"endless messages", floods(frame(0x82, std::string(1000, 'x'))), {}, {"no pong within ", "other messages"}},
      {"endless pongs", floods(frame(0x8a, "12345678")), {}, {"no pong within "}},
      {"an endless message",
       floods(repeated(frame(0x00, std::string(1000, 'x')), 100), frame(0x02, "x")),
       {},
       {"no pong within ", "has not ended"}},
      {"a frame of 64 GiB that never comes",
       opens_and_sends("\x82\x7f\0\0\0\x10\0\0\0\0"s),
       {},
       {"no pong within ", "a frame of 64.0 GiB has not ended"}},
      {"a message that is not finished",
       opens_and_sends(frame(0x01, "hello")),
       expecting("hello"),
       {"no reply within ", "a fragmented message has not ended"}},
      {"nothing at all", opens_and_sends(""), {}, {"no pong within "}},
      {"a frame of 64 GiB behind a message",
       opens_and_sends(frame(0x81, "hello") + "\x82\x7f\0\0\0\x10\0\0\0\0"s),
       {},
       {"no pong within ", "a frame of 64.0 GiB has not ended"}},
      {"a length with its top bit set", opens_and_sends("\x82\x7f\xff\xff\xff\xff\xff\xff\xff\xff"s), {}, {"length"}},
  };
  for (const auto& r : rows) {
    CAPTURE(r.name);
    const auto says_all = [&](const outcome& out) {
      return std::ranges::all_of(r.must, [&](const auto& words) { return contains(out.message, words); });
    };
    const auto out =
        with_enough_time([&](auto limit) { return probe_against(r.behaviour, r.chosen, limit); }, says_all);
    CAPTURE(out.message);
    CHECK(out.verdict == verdict::fail);
    for (const auto& words : r.must) CHECK_MESSAGE(contains(out.message, words), "must appear: ", words);
  }
}

TEST_CASE("websocket sizes: a message that began before the check's own is not its reply, even if it ends later") {
  const auto began_before = [](std::string end) -> script {
    return [end](tcp::socket socket) -> asio::awaitable<void> {
      const auto request = co_await read_request(socket);
      auto reply = accepting(request) + frame(0x01, "ready");
      co_await say(socket, std::move(reply));
      auto [ping, payload] = co_await read_frame(socket);
      auto pong = frame(0x8a, payload);
      co_await say(socket, std::move(pong));
      co_await read_frame(socket);
      co_await say(socket, end);
      co_await until_closed(socket);
    };
  };
  const options chosen = {{"send", text("hello")}, {"expect", text("ready")}};
  const auto late = began_before(frame(0x80, "ready"));
  const auto out = probe_until("contained 'ready'", [&](auto limit) { return probe_against(late, chosen, limit); });
  CHECK(to_string(out.reason) == "mismatch");
  CHECK(probe_against(began_before(frame(0x80, "") + frame(0x81, "ready")), chosen).verdict == verdict::pass);
}

TEST_CASE("websocket sizes: a close with code 3008 is not mistaken for the check's timeout") {
  const auto out = probe_against(opens_and_sends(frame(0x81, "hello") + close_frame(3008)), expecting("ready"));
  CHECK(contains(out.message, "code 3008"));
}

TEST_CASE("websocket sizes: a message of 200 MiB does not increase memory") {
  const script sends_much = [](tcp::socket socket) -> asio::awaitable<void> {
    const auto request = co_await read_request(socket);
    auto reply = accepting(request) + "\x82\x7f\0\0\0\0\x0c\x80\0\x05"s;  // 200 MiB and "ready"
    co_await say(socket, std::move(reply));
    const std::string piece(mebibyte, 'x');
    for (int i = 0; i < 200; ++i) {
      const auto buffer = asio::buffer(piece);
      auto [error, count] = co_await asio::async_write(socket, buffer, quiet);
      if (error) co_return;
    }
    co_await say(socket, "ready");
    co_await behave(socket);
  };
  probe_against(healthy);  // excludes one-time allocations from the measurement
  [[maybe_unused]] const bool anew =
      static_cast<bool>(std::ofstream("/proc/self/clear_refs") << "5" << std::flush);  // for VmHWM
  [[maybe_unused]] const auto before = status_kib("VmRSS");
  const auto out = probe_against(sends_much, expecting("ready"), 60s);
  CAPTURE(out.message);
  CHECK(out.verdict == verdict::pass);
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  MESSAGE("not measured: a sanitizer keeps freed memory");
#else
  if (anew) CHECK(status_kib("VmHWM") < before + 8 * 1024);
  else MESSAGE("not measured: /proc/self/clear_refs cannot be written here");
#endif
}
