// Tests the HTTP/2 session without sockets: bytes of a server in, bytes for it and a finding out.
#include <string>

#include <doctest/doctest.h>
#include <boost/asio/error.hpp>

#include "checks/grpc/frames.hpp"
#include "grpc/health_message.hpp"
#include "grpc/session.hpp"

using namespace telltale;
using namespace telltale::grpc;
using namespace telltale::fakes;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

const question whole_server;
const field_list request{{":method", "POST"}, {":scheme", "http"}, {":path", "/x"}, {":authority", "app:1"}};

struct talk {
  std::string heard;  ///< by the server
  std::optional<finding> ended;
};

/// One call over a new connection; the server's bytes arrive in pieces of this size.
talk run(const std::string& says, std::size_t piece = std::string::npos, const question& what = whole_server) {
  session http2(what);
  http2.call(request, encode_request(what.service));
  talk out{http2.take_output(), {}};
  for (std::size_t i = 0; i < says.size() && !http2.ended(); i += std::min(piece, says.size())) {
    http2.feed(std::string_view(says).substr(i, piece));
    out.heard += http2.take_output();
  }
  out.ended = http2.ended();
  return out;
}

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

std::string flood(const std::string& frame, int count) {
  std::string out = h2::hello();
  for (int i = 0; i < count; ++i) out += frame;
  return out;
}

finding lost(const std::string& says, const boost::system::error_code& error) {
  session http2(whole_server);
  http2.call(request, encode_request(""));
  http2.feed(says);
  REQUIRE_FALSE(http2.ended());
  return http2.explain_lost(error, 2s);
}

}  // namespace

TEST_CASE("grpc session: a call is the preface, the settings, a header and the message") {
  const auto heard = run("").heard;
  CHECK(heard.starts_with("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"));
  const auto frames = h2::read_frames(heard);
  REQUIRE(frames.size() == 3);
  CHECK(frames[0].type == h2::settings);
  CHECK(frames[0].payload == "\0\2\0\0\0\0\0\6\0\0\x40\0"s);  // no push, 16 KiB of header fields
  CHECK(frames[1].type == h2::headers);
  CHECK(frames[1].stream == 1);
  CHECK(frames[1].flags == h2::end_headers);
  CHECK(frames[2].type == h2::data);
  CHECK(frames[2].flags == h2::end_stream);
  CHECK(frames[2].payload == encode_request(""));
}

TEST_CASE("grpc session: SERVING passes, and each PING and SETTINGS is acknowledged") {
  const auto ping = h2::frame(h2::ping, h2::none, 0, "12345678");
  const auto got = run(h2::hello() + ping + h2::reply(h2::serving));
  REQUIRE(got.ended);
  CHECK(got.ended->verdict == verdict::pass);
  CHECK(h2::has_frame(got.heard, h2::ping, "12345678", h2::ack));
  CHECK(h2::has_frame(got.heard, h2::settings, "", h2::ack));
  for (const auto& f : h2::read_frames(got.heard)) CHECK(f.type != h2::rst_stream);
}

TEST_CASE("grpc session: how a server cuts its frames does not matter") {
  const auto padded = h2::frame(h2::data, h2::padded, 1, "\4" + h2::message(h2::serving) + "pads");
  const auto part = [](const std::string& bytes, unsigned type, unsigned flags) {
    return h2::frame(type, flags, 1, bytes);
  };
  const auto block = h2::block({{":status", "200"}, {"content-type", "application/grpc"}});
  const std::string replies[] = {
      h2::grpc_header() + padded + h2::trailers("0"),
      h2::grpc_header() + h2::data_frame("\0\0"s) + h2::data_frame("\0\0\2\x08"s) + h2::data_frame("") +
          h2::data_frame("\1") + h2::trailers("0"),
      part(block.substr(0, 7), h2::headers, 0) + part(block.substr(7, 9), h2::continuation, 0) +
          part(block.substr(16), h2::continuation, h2::end_headers) + h2::data_frame(h2::message(h2::serving)) +
          h2::trailers("0"),
      h2::headers_frame({{":status", "103"}}, false) + h2::reply(h2::serving),
      h2::frame(42, 0, 0, "an unknown frame") + h2::reply(h2::serving),
  };
  for (const auto& reply : replies) {
    CAPTURE(h2::read_frames(reply).size());
    const auto got = run(h2::hello() + reply);
    REQUIRE(got.ended);
    CAPTURE(got.ended->sentence);
    CHECK(got.ended->verdict == verdict::pass);
  }
}

TEST_CASE("grpc session: each violation and each bound has its words, whole and byte by byte") {
  const auto started = [](const std::string& rest) { return h2::hello() + rest; };
  struct row {
    const char* name;
    std::string says;
    reason why;
    std::string words;
  };
  const row rows[] = {
      {"HTTP/1", "HTTP/1.1 400 Bad Request\r\n\r\n", reason::protocol, "speaks HTTP/1 on this port, and gRPC needs"},
      {"TLS alert", "\x15\x03\x01\x00\x02\x02\x46"s, reason::protocol, "speaks TLS on this port: set `tls: true`"},
      {"banner", "220 mail.test ESMTP\r\n", reason::protocol, "speaks SMTP or FTP on this port, not HTTP/2"},
      {"no SETTINGS first", h2::frame(h2::ping, 0, 0, "12345678"), reason::protocol, "does not speak HTTP/2"},
      {"acknowledged first", h2::frame(h2::settings, h2::ack, 0), reason::protocol, "violates HTTP/2"},
      {"oversized settings", h2::frame(h2::settings, 0, 0, std::string(300, '\0')), reason::protocol, "violates"},
      {"too large a frame", started("\x01\x00\x00\x00\x00\x00\x00\x00\x01"s), reason::protocol, "FRAME_SIZE_ERROR"},
      {"DATA for no stream", started(h2::data_frame("x", false, 0)), reason::protocol, "violates HTTP/2"},
      {"an answer to no call", started(h2::data_frame("x", false, 7)), reason::protocol, "violates HTTP/2"},
      {"DATA before the header", started(h2::data_frame("x")), reason::protocol, "violates HTTP/2"},
      {"broken compression", started(h2::frame(h2::headers, h2::end_headers, 1, "\xff\xff\xff\xff\xff\xff")),
       reason::protocol, "violates HTTP/2"},
      {"upper-case field", started(h2::headers_frame({{":status", "200"}, {"X", "y"}}, false)), reason::protocol,
       "Invalid HTTP header field"},
      {"no :status", started(h2::headers_frame({{"a", "b"}}, false)), reason::protocol, "violates HTTP/2"},
      {"trailers that are not the end", started(h2::grpc_header() + h2::headers_frame({{"grpc-status", "0"}}, false)),
       reason::protocol, "violates"},
      {"other length than announced",
       started(h2::headers_frame({{":status", "200"}, {"content-type", "application/grpc"}, {"content-length", "9"}},
                                 false) +
               h2::data_frame(h2::message(h2::serving)) + h2::trailers("0")),
       reason::protocol, "violates HTTP/2"},
      {"pushed", started(h2::frame(h2::push_promise, h2::end_headers, 1, h2::big_endian(2, 4))), reason::protocol,
       "violates HTTP/2"},
      {"pings", flood(h2::frame(h2::ping, 0, 0, "12345678"), 300), reason::protocol, "more than 256 frames"},
      {"settings", flood(h2::frame(h2::settings, 0, 0), 300), reason::protocol, "more than 256 frames"},
      {"unknown frames", flood(h2::frame(42, 0, 0), 300), reason::protocol, "more than 256 frames"},
      {"empty data", started(h2::grpc_header()) + flood(h2::data_frame(""), 300).substr(18), reason::protocol,
       "more than 256 frames"},
      {"continuations",
       started(h2::frame(h2::headers, 0, 1, h2::block({{":status", "200"}}))) +
           flood(h2::frame(h2::continuation, 0, 1), 300).substr(18),
       reason::protocol, "violates HTTP/2"},
      {"bytes", flood(h2::frame(42, 0, 0, std::string(16'000, 'x')), 20), reason::protocol, "more than 256 KiB"},
      {"long header",
       started(h2::frame(h2::headers, 0, 1, h2::block({{":status", "200"}, {"x", std::string(16'000, 'x')}})) +
               h2::frame(h2::continuation, h2::end_headers, 1, h2::block({{"x", std::string(4'000, 'x')}}))),
       reason::protocol, "longer than 16 KiB"},
      {"refused", started(h2::error_frame(h2::rst_stream, 7)), reason::refused, "REFUSED_STREAM: it did not process"},
      {"calm", started(h2::error_frame(h2::rst_stream, 11)), reason::overload, "with ENHANCE_YOUR_CALM: too many"},
      {"insecure", started(h2::error_frame(h2::rst_stream, 12)), reason::tls, "with INADEQUATE_SECURITY"},
      {"HTTP/1.1", started(h2::error_frame(h2::rst_stream, 13)), reason::protocol, "it requires HTTP/1.1 here"},
      {"internal", started(h2::error_frame(h2::rst_stream, 2)), reason::protocol, "reset the call with INTERNAL_ERROR"},
      {"no code", started(h2::error_frame(h2::rst_stream, 99)), reason::protocol, "reset the call with error 99"},
      {"in the reply", started(h2::grpc_header() + h2::error_frame(h2::rst_stream, 8)), reason::protocol, "CANCEL"},
      {"shuts down", started(h2::goaway_frame(0, 0, "max_age")), reason::refused,
       "closes the connection without a reply (GOAWAY NO_ERROR: 'max_age'); it is shutting down"},
      {"too many pings", started(h2::goaway_frame(0, 11, "too_many_pings")), reason::overload,
       "(GOAWAY ENHANCE_YOUR_CALM: 'too_many_pings')"},
      {"its own error", started(h2::goaway_frame(0, 1)), reason::protocol, "(GOAWAY PROTOCOL_ERROR)"},
      {"goes away twice", started(h2::goaway_frame(0x7fffffff, 0) + h2::goaway_frame(0, 0)), reason::refused, "GOAWAY"},
  };
  for (const auto& r : rows) {
    CAPTURE(r.name);
    const auto whole = run(r.says);
    REQUIRE(whole.ended);
    CAPTURE(whole.ended->sentence);
    CHECK(to_string(whole.ended->reason) == to_string(r.why));
    CHECK(contains(whole.ended->sentence, r.words));
    for (const std::size_t piece : {std::size_t{1}, std::size_t{5}, std::size_t{4096}}) {
      CAPTURE(piece);
      const auto pieces = run(r.says, piece);
      REQUIRE(pieces.ended);
      CAPTURE(pieces.ended->sentence);
      CHECK(*pieces.ended == *whole.ended);
    }
  }
}

TEST_CASE("grpc session: a call that is judged before its end is reset with CANCEL") {
  const auto cancel = h2::big_endian(8, 4);
  const auto page = h2::headers_frame({{":status", "200"}, {"content-type", "text/html"}}, false);
  const auto got = run(h2::hello() + page);
  REQUIRE(got.ended);
  CHECK(h2::has_frame(got.heard, h2::rst_stream, cancel));
  CHECK_FALSE(h2::has_frame(run(h2::hello() + h2::reply(h2::serving)).heard, h2::rst_stream, cancel));
}

TEST_CASE("grpc session: a message of 64 KiB passes, because its bytes are acknowledged") {
  const std::string large = "\x12\xfa\xff\x03"s + std::string(65'530, 'x');
  REQUIRE(large.size() + 2 == 64 * 1024);
  auto says = h2::hello() + h2::grpc_header();
  const auto framed = h2::message(large + h2::serving);
  for (std::size_t i = 0; i < framed.size(); i += 16'000) says += h2::data_frame(framed.substr(i, 16'000));
  const auto got = run(says + h2::trailers("0"));
  REQUIRE(got.ended);
  CHECK(got.ended->verdict == verdict::pass);
  bool granted = false;
  for (const auto& f : h2::read_frames(got.heard)) granted = granted || f.type == h2::window_update;
  CHECK(granted);
}

TEST_CASE("grpc session: a lost connection is explained by what the server has sent before") {
  const boost::system::error_code eof = boost::asio::error::eof, late = boost::asio::error::timed_out;
  const auto failing = h2::goaway_frame(1, 2, "oops");
  CHECK(lost("", eof).reason == reason::refused);
  CHECK(contains(lost("", eof).sentence, "closed the connection without an answer"));
  CHECK(contains(lost("", late).sentence, "no answer within 2 s"));
  CHECK(lost("\x15", eof).sentence == "the server does not speak HTTP/2 on this port");
  CHECK(lost(h2::hello().substr(0, 8), eof).sentence == "the server does not speak HTTP/2 on this port");
  CHECK(lost(h2::hello().substr(0, 8), late).reason == reason::timeout);
  CHECK(contains(lost(h2::hello(), eof).sentence, "closed the connection before its reply to the health call"));
  CHECK(contains(lost(h2::hello(), late).sentence, "no reply to the health call within 2 s, though the server speaks"));
  CHECK(contains(lost(h2::hello() + h2::grpc_header(), eof).sentence, "before the end of its reply"));
  CHECK(
      contains(lost(h2::hello() + h2::grpc_header(), late).sentence, "no end of the reply to the health call within"));
  CHECK(contains(lost(h2::hello() + failing, eof).sentence, "(GOAWAY INTERNAL_ERROR: 'oops')"));
  CHECK(contains(lost(h2::hello() + failing, late).sentence, "no reply to the health call"));
}

TEST_CASE("grpc session: a connection serves one call after the other until it says GOAWAY") {
  session http2(whole_server);
  for (const std::uint32_t stream : {1U, 3U, 5U}) {
    http2.call(request, encode_request(""));
    CHECK_FALSE(http2.ended());
    CHECK(h2::read_frames(http2.take_output()).back().stream == stream);
    const auto header = h2::headers_frame({{":status", "200"}, {"content-type", "application/grpc"}}, false, stream);
    const auto status = h2::headers_frame({{"grpc-status", "0"}}, true, stream);
    const auto message = h2::data_frame(h2::message(stream == 3 ? h2::not_serving : h2::serving), false, stream);
    http2.feed((stream == 1 ? h2::hello() : "") + header + message + status);
    REQUIRE(http2.ended());
    CHECK((http2.ended()->verdict == verdict::pass) == (stream != 3));
    CHECK(http2.reusable());
  }
  http2.feed(h2::goaway_frame(5, 0));
  CHECK_FALSE(http2.reusable());
}

TEST_CASE("grpc session: the server says which calls it has not processed") {
  const auto unprocessed = [](const std::string& says) {
    session http2(whole_server);
    http2.call(request, encode_request(""));
    http2.feed(h2::hello() + says);
    CHECK(http2.ended());
    return http2.unprocessed();
  };
  CHECK(unprocessed(h2::goaway_frame(0, 0)));
  CHECK(unprocessed(h2::error_frame(h2::rst_stream, 7)));
  CHECK_FALSE(unprocessed(h2::error_frame(h2::rst_stream, 2)));
  CHECK_FALSE(unprocessed(h2::reply(h2::serving)));
}

TEST_CASE("grpc session: a healthy call after a violation is not possible on the same connection") {
  session http2(whole_server);
  http2.call(request, encode_request(""));
  http2.feed(h2::hello() + h2::data_frame("x", false, 0));
  CHECK(http2.ended());
  CHECK_FALSE(http2.reusable());
}

TEST_CASE("grpc session: it leaves with GOAWAY and NO_ERROR") {
  session http2(whole_server);
  http2.call(request, encode_request(""));
  http2.feed(h2::hello() + h2::reply(h2::serving));
  http2.take_output();
  http2.leave();
  CHECK(h2::has_frame(http2.take_output(), h2::goaway, std::string(8, '\0')));
}
