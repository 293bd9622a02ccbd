// Framing without a socket: what is sent, what is understood, what is refused.
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "websocket/frame.hpp"

using namespace telltale::websocket;
using namespace std::string_literals;

namespace {

std::string server_frame(unsigned first, const std::string& payload) {
  std::string out(1, static_cast<char>(first));
  if (payload.size() < 126) out += static_cast<char>(payload.size());
  else out += '\x7e' + std::string(1, static_cast<char>(payload.size() >> 8)) + static_cast<char>(payload.size());
  return out + payload;
}

/// All events of `bytes`, fed in pieces of `piece` bytes.
std::vector<event> read_all(event_reader& reader, const std::string& bytes, std::size_t piece) {
  std::vector<event> out;
  for (std::size_t i = 0; i < bytes.size(); i += piece) {
    reader.feed(std::string_view(bytes).substr(i, piece));
    while (auto found = reader.next()) out.push_back(std::move(*found));
  }
  return out;
}

}  // namespace

TEST_CASE("frame: the masked examples of RFC 6455 section 5.7 come out") {
  CHECK(make_frame(opcode::text, "Hello", {'\x37', '\xfa', '\x21', '\x3d'}) ==
        "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58");
  CHECK(make_frame(opcode::close, close_payload(1000), {}) == "\x88\x82\0\0\0\0\x03\xe8"s);
  CHECK(make_frame(opcode::binary, std::string(126, 'a'), {}).substr(0, 4) == "\x82\xfe\0\x7e"s);
  CHECK(make_frame(opcode::binary, std::string(65536, 'a'), {}).substr(0, 10) == "\x82\xff\0\0\0\0\0\x01\0\0"s);
}

TEST_CASE("frame: events are the same however the bytes are cut") {
  const auto bytes = server_frame(0x81, "one") + server_frame(0x01, "tw") + server_frame(0x89, "ping?") +
                     server_frame(0x80, "o") + server_frame(0x8a, "pong!") + server_frame(0x82, std::string(300, 'x')) +
                     server_frame(0x88, "\x03\xe9 bye"s);
  for (const std::size_t piece : {1, 2, 3, 7, 100, 1000}) {
    CAPTURE(piece);
    event_reader reader("two");
    const auto events = read_all(reader, bytes, piece);
    CHECK(reader.broken().empty());
    REQUIRE(events.size() == 6);
    CHECK(events[0].kind == event::kind_t::message);
    CHECK_FALSE(events[0].expected);
    CHECK(events[1].kind == event::kind_t::ping);
    CHECK(events[1].payload == "ping?");
    CHECK(events[2].kind == event::kind_t::message);
    CHECK(events[2].expected);
    CHECK(events[3].kind == event::kind_t::pong);
    CHECK(events[3].payload == "pong!");
    CHECK(events[4].kind == event::kind_t::message);
    CHECK_FALSE(events[4].expected);
    CHECK(events[5].kind == event::kind_t::close);
    CHECK(events[5].close_code() == 1001);
  }
}

TEST_CASE("frame: a close without a code has none") {
  event_reader reader;
  const auto events = read_all(reader, server_frame(0x88, ""), 10);
  REQUIRE(events.size() == 1);
  CHECK_FALSE(events[0].close_code());
}

TEST_CASE("frame: every broken rule is named") {
  struct row {
    std::string name;
    std::string bytes;
    const char* words;
  };
  const row rows[] = {
      {"masked", "\x81\x81\0\0\0\0a"s, "masked"},
      {"reserved bit", "\xc1\x01"s, "reserved bits"},
      {"unknown data opcode", "\x83\x01"s, "unknown opcode 3"},
      {"unknown control opcode", "\x8b\x01"s, "unknown opcode 11"},
      {"fragmented ping", "\x09\x01"s, "control frame is fragmented"},
      {"long ping", "\x89\x7e"s, "longer than 125"},
      {"continuation of nothing", "\x80\x01"s, "nothing to continue"},
      {"message within a message", "\x01\x01z\x81\x01"s, "inside a fragmented one"},
      {"16-bit length for a short frame", "\x81\x7e\0\x05"s, "shortest form"},
      {"64-bit length for a short frame", "\x81\x7f\0\0\0\0\0\0\xff\xff"s, "shortest form"},
      {"length with the top bit", "\x82\x7f\xff\xff\xff\xff\xff\xff\xff\xff"s, "highest bit"},
      {"half a close code", "\x88\x01\x03"s, "half a code"},
  };
  for (const auto& r : rows)
    for (const std::size_t piece : {1, 100}) {
      CAPTURE(r.name);
      event_reader reader;
      CHECK(read_all(reader, r.bytes, piece).empty());
      CAPTURE(reader.broken());
      CHECK(reader.broken().find(r.words) != std::string::npos);
      reader.feed("\x81\x01x");
      CHECK_FALSE(reader.next());
    }
}

TEST_CASE("frame: what came instead of what is waited for ends a sentence") {
  event_reader reader;
  CHECK(reader.meanwhile() == "");
  reader.feed(server_frame(0x8a, "pong"));
  CHECK(reader.next());
  CHECK(reader.meanwhile() == "");
  reader.feed(server_frame(0x81, "message") +
              "\x82\x05"
              "a");
  CHECK(reader.next());
  CHECK_FALSE(reader.next());
  CHECK(reader.meanwhile() == ", though other messages came");
  reader.feed("bcde\x82\x7f\0\0\0\x01\0\0\0\0begin"s);
  CHECK(reader.next());
  CHECK_FALSE(reader.next());
  CHECK(reader.meanwhile() == ": a frame of 4.0 GiB has not ended");
  CHECK(reader.broken().empty());
}

TEST_CASE("frame: text has to be UTF-8, however it is cut, and only text") {
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
    for (const std::size_t piece : {1, 3, 1000}) {
      CAPTURE(text);
      CAPTURE(piece);
      event_reader whole;
      CHECK(read_all(whole, server_frame(0x81, text), piece).size() == (valid ? 1 : 0));
      CHECK(whole.broken() == (valid ? "" : "a text message is not valid UTF-8"));
      event_reader fragmented;
      const auto fragments = server_frame(0x01, text.substr(0, text.size() / 2)) + server_frame(0x89, "\xff") +
                             server_frame(0x80, text.substr(text.size() / 2));
      const auto events = read_all(fragmented, fragments, piece);
      CHECK(fragmented.broken().empty() == valid);
      if (valid) CHECK(events.back().kind == event::kind_t::message);
      event_reader binary;
      CHECK(read_all(binary, server_frame(0x82, text), piece).size() == 1);
      event_reader closing;
      CHECK(read_all(closing, server_frame(0x88, "\x03\xe8" + text), piece).size() == (valid ? 1 : 0));
      CHECK(closing.broken() == (valid ? "" : "the reason of a close frame is not valid UTF-8"));
    }
}
