// Tests frames of a server over a socket: violations are reported however the bytes are split; valid frames pass.
#include <doctest/doctest.h>
#include <boost/asio/steady_timer.hpp>

#include "checks/websocket/scripts.hpp"

using namespace telltale;
using namespace telltale::fakes;
using namespace std::string_literals;

namespace {

/// Opens the WebSocket and sends `bytes`, optionally one by one; then follows the protocol.
script opens_then(std::string bytes, bool bytewise) {
  return [bytes, bytewise](tcp::socket socket) -> asio::awaitable<void> {
    const auto request = co_await read_request(socket);
    auto reply = accepting(request);
    co_await say(socket, std::move(reply));
    asio::steady_timer pause(socket.get_executor());
    for (std::size_t i = 0; i < bytes.size(); i += bytewise ? 1 : bytes.size()) {
      auto piece = bytewise ? bytes.substr(i, 1) : bytes;
      co_await say(socket, std::move(piece));
      pause.expires_after(1ms);
      co_await pause.async_wait(quiet);
    }
    co_await behave(socket);
  };
}

}  // namespace

TEST_CASE("websocket frames: every protocol violation is reported") {
  struct row {
    std::string name;
    std::string bytes;
    const char* words;
    options chosen = {};
  };
  const row rows[] = {
      {"masked", "\x81\x81\0\0\0\0a"s, "masked"},
      {"reserved bit", "\xc1\x01z"s, "reserved bits"},
      {"reserved bit of a continuation", "\x01\x01z\xa0\x01z"s, "reserved bits"},
      {"reserved bit of a ping", "\xc9\x01z"s, "reserved bits"},
      {"unknown data opcode", "\x83\x01z"s, "unknown opcode"},
      {"unknown control opcode", "\x8b\x01z"s, "unknown opcode"},
      {"fragmented ping", "\x09\x01z"s, "control frame is fragmented"},
      {"long ping", "\x89\x7e\0\x7e"s, "longer than 125"},
      {"continuation of nothing", "\x80\x01z"s, "no message to continue"},
      {"message within a message", "\x01\x01z\x81\x01z"s, "inside a fragmented one"},
      {"16-bit length for a short frame", "\x81\x7e\0\x05"s, "shortest form"},
      {"64-bit length for a short frame", "\x81\x7f\0\0\0\0\0\0\xff\xff"s, "shortest form"},
      {"length with the top bit", "\x82\x7f\xff\xff\xff\xff\xff\xff\xff\xff"s, "highest bit"},
      {"half a close code", "\x88\x01\x03"s, "an incomplete code"},
      {"a code that may not be sent", close_frame(1005), "may not be sent"},
      {"a code that does not exist", close_frame(999), "may not be sent"},
  };
  for (const auto& r : rows)
    for (const bool bytewise : {false, true}) {
      CAPTURE(r.name);
      const auto behaviour = opens_then(r.bytes, bytewise);
      const auto out = probe_until(r.words, [&](auto limit) { return probe_against(behaviour, r.chosen, limit); });
      CAPTURE(out.message);
      CHECK(out.verdict == verdict::fail);
      CHECK(to_string(out.reason) == to_string(reason::protocol));
      CHECK(contains(out.message, r.words));
    }
}

TEST_CASE("websocket frames: only text has to be UTF-8, in any fragmentation") {
  struct row {
    std::string text;
    bool valid;
  };
  for (const auto& [text, valid] : std::vector<row>{
           {"plain", true},
           {"\xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80 \xf4\x8f\xbf\xbf", true},
           {"a\0b"s, true},
           {"\xff", false},
           {"pong \x80", false},
           {"\xc0\xaf", false},          // overlong
           {"\xe0\x9f\xbf", false},      // overlong
           {"\xf0\x8f\xbf\xbf", false},  // overlong
           {"\xed\xa0\x80", false},      // a surrogate
           {"\xf4\x90\x80\x80", false},  // above U+10FFFF
           {"cut off \xe2\x82", false},
           {"\xc3(", false},
       })
    for (const bool bytewise : {false, true}) {
      CAPTURE(text);
      CAPTURE(bytewise);
      const auto fragments = server_frame(0x01, text.substr(0, text.size() / 2)) + server_frame(0x89, "\xff") +
                             server_frame(0x80, text.substr(text.size() / 2));
      for (const auto& bytes : {server_frame(0x81, text), fragments}) {
        const auto out = probe_against(opens_then(bytes, bytewise), {{"send", fakes::text("hi")}});
        CAPTURE(out.message);
        CHECK(to_string(out.reason) == to_string(valid ? reason::ok : reason::protocol));
        CHECK(contains(out.message, "a text message is not valid UTF-8") == !valid);
      }
      CHECK(probe_against(opens_then(server_frame(0x82, text), bytewise)).verdict == verdict::pass);
      const auto closed = probe_against(opens_then(close_frame(1000, text), bytewise));
      CHECK(to_string(closed.reason) == to_string(valid ? reason::refused : reason::protocol));
      CHECK(contains(closed.message, "the reason of a close frame is not valid UTF-8") == !valid);
    }
}

TEST_CASE("websocket frames: a character cut off by an empty last fragment is not detected (decision 029)") {
  const auto bytes = server_frame(0x01, "\xe2\x82") + server_frame(0x80, "");
  CHECK(probe_against(opens_then(bytes, false)).verdict == verdict::pass);
  CHECK(probe_against(opens_then(bytes + server_frame(0x81, "a"), false)).reason == reason::protocol);
}

TEST_CASE("websocket frames: a session has the same result however its bytes are split") {
  const auto bytes = server_frame(0x81, "one") + server_frame(0x01, "tw") + server_frame(0x89, "ping?") +
                     server_frame(0x80, "o") + server_frame(0x8a, "pong!") + server_frame(0x82, "");
  for (const bool bytewise : {false, true}) {
    const auto out = probe_against(opens_then(bytes, bytewise), {{"ping", text("false")}, {"expect", text("two")}});
    CAPTURE(out.message);
    CHECK(out.verdict == verdict::pass);
    const options apart{{"ping", text("false")}, {"expect", text("onetw")}};
    const auto has_all = [](const outcome& got) { return contains(got.message, ": none of 3 messages within "); };
    const auto split =
        with_enough_time([&](auto limit) { return probe_against(opens_then(bytes, bytewise), apart, limit); }, has_all);
    CAPTURE(split.message);
    CHECK(split.reason == reason::mismatch);
    CHECK(has_all(split));
    CHECK(contains(split.message, "contained 'onetw'"));
  }
}

TEST_CASE("websocket frames: only the received part of a frame is reported at the deadline") {
  struct row {
    std::string bytes;
    std::string ending;
  };
  const row rows[] = {
      {"\x89\x05x", "s"},
      {server_frame(0x01, "a") + "\x89\x05x", ": a fragmented message has not ended"},
      {server_frame(0x01, "a") + "\x80", ": a fragmented message has not ended"},
      {server_frame(0x01, ""), "s"},
      {"\x82\x7f\0\0\0\x01\0\0\0\0begin"s, ": a frame of 4.0 GiB has not ended"},
      {server_frame(0x01, "a") + "\x00\x7f\0\0\0\x01\0\0\0\0begin"s, ": a frame of 4.0 GiB has not ended"},
  };
  for (const auto& r : rows) {
    const auto ends_so = [&](const outcome& out) {
      return contains(out.message, "no pong within ") && out.message.ends_with(r.ending);
    };
    const auto out =
        with_enough_time([&](auto limit) { return probe_against(opens_and_sends(r.bytes), {}, limit); }, ends_so);
    CAPTURE(out.message);
    CHECK(ends_so(out));
  }
}

TEST_CASE("websocket frames: data sent before a connection reset is reported") {
  const auto resets = [](std::string bytes) -> script {
    return [bytes](tcp::socket socket) -> asio::awaitable<void> {
      const auto request = co_await read_request(socket);
      auto reply = accepting(request) + bytes;
      co_await say(socket, std::move(reply));
      co_await socket.async_wait(tcp::socket::wait_read, quiet);  // for the ping, which stays unread
    };
  };
  CHECK(contains(probe_against(resets(close_frame(4401))).message, "4401"));
  CHECK(contains(probe_against(resets("\xc1\x01z"s)).message, "reserved bits"));
}
