// Bodies in the bytes of a connection: each framing, whole and byte by byte, and each way to get it wrong.
#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include "http/body_framing.hpp"

using namespace telltale::http;
using state = body_framing::state;

namespace {

struct result {
  state end = state::more;  ///< after everything, with `closed` also the end of the connection
  std::string body;
  std::string left;
  std::string problem;
  bool keeps_alive = false;
  bool enough = false;
};

struct feeding {
  bool to_head = false;
  bool closed = true;
  std::size_t piece = 1'000'000;
  std::size_t most = 1'000'000;
};

result read(const std::string& head, std::string_view bytes, const feeding& how = {}) {
  result out;
  body_framing framing(head + "\r\n", how.to_head);
  const body_sink sink = [&](std::string_view piece) {
    out.body += piece;
    return true;
  };
  out.end = framing.feed(out.left, how.most, sink);
  while (out.end == state::more && !framing.enough() && !bytes.empty()) {
    out.left += bytes.substr(0, how.piece);
    bytes.remove_prefix(std::min(bytes.size(), how.piece));
    out.end = framing.feed(out.left, how.most, sink);
  }
  if (out.end == state::more && how.closed && !framing.enough()) out.end = framing.end();
  out.left += bytes;
  out.problem = framing.problem();
  out.keeps_alive = framing.keeps_alive();
  out.enough = framing.enough();
  CHECK(framing.body_bytes() == out.body.size());
  return out;
}

const std::string ok = "HTTP/1.1 200 OK\r\n";
const std::string chunked = ok + "Transfer-Encoding: chunked\r\n";

}  // namespace

TEST_CASE("body framing: each form of a body ends where it ends, however it arrives") {
  struct row {
    std::string name;
    std::string head;
    std::string bytes;
    std::string body;
    bool keeps_alive;
    std::string left = "";
    bool to_head = false;
  };
  const row rows[] = {
      {"length", ok + "Content-Length: 5\r\n", "hello", "hello", true},
      {"length, with more behind", ok + "Content-Length: 5\r\n", "hello!", "hello", true, "!"},
      {"same length twice", ok + "Content-Length: 5, 5\r\n", "hello", "hello", true},
      {"no bytes", ok + "Content-Length: 0\r\n", "", "", true},
      {"to the end", ok, "hello", "hello", false},
      {"empty to the end", ok, "", "", false},
      {"closes", ok + "Connection: close\r\nContent-Length: 1\r\n", "x", "x", false},
      {"HTTP/1.0", "HTTP/1.0 200 OK\r\nContent-Length: 1\r\n", "x", "x", false},
      {"HTTP/1.0 that stays", "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 1\r\n", "x", "x", true},
      {"chunks", chunked, "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n", "hello world", true},
      {"no chunk", chunked, "0\r\n\r\n", "", true},
      {"chunk extension", chunked, "5;a=b;c=\"d\"\r\nhello\r\n0;e\r\n\r\n", "hello", true},
      {"trailers", chunked, "5\r\nhello\r\n0\r\nA: b\r\nC: d\r\n\r\n", "hello", true},
      {"upper case size", chunked, "A\r\n0123456789\r\n0\r\n\r\n", "0123456789", true},
      {"chunk with line ends", chunked, "4\r\n\r\n\r\n\r\n0\r\n\r\nnext", "\r\n\r\n", true, "next"},
      {"204", "HTTP/1.1 204 No Content\r\n", "", "", true},
      {"304 with a length", "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n", "", "", true},
      {"HEAD", ok + "Content-Length: 5\r\n", "", "", true, "", true},
      {"HEAD, chunked", chunked, "", "", true, "", true},
  };
  for (const auto& r : rows) {
    for (const std::size_t piece : {1U, 2U, 3U, 7U, 1'000'000U}) {
      CAPTURE(r.name);
      CAPTURE(piece);
      feeding how;
      how.to_head = r.to_head;
      how.piece = piece;
      const auto found = read(r.head, r.bytes, how);
      CHECK(found.problem == "");
      CHECK(found.end == state::complete);
      CHECK(found.body == r.body);
      CHECK(found.left == r.left);
      CHECK(found.keeps_alive == r.keeps_alive);
    }
  }
}

TEST_CASE("body framing: a body that ends too early is not complete") {
  const std::pair<std::string, std::string> rows[] = {
      {ok + "Content-Length: 6\r\n", "hello"},
      {ok + "Content-Length: 1\r\n", ""},
      {chunked, ""},
      {chunked, "5\r\nhel"},
      {chunked, "5\r\nhello\r\n"},
      {chunked, "5\r\nhello\r\n0\r\n"},
      {chunked, "5\r\nhello\r\n0\r\nA: b\r\n"},
      {chunked, "5"},
  };
  for (const auto& [head, bytes] : rows) {
    CAPTURE(bytes);
    CHECK(read(head, bytes).end == state::more);
    CHECK_FALSE(read(head, bytes).keeps_alive);
  }
}

TEST_CASE("body framing: what breaks the rules is named, however it arrives") {
  struct row {
    std::string name;
    std::string head;
    std::string bytes;
    std::string words;
  };
  const row rows[] = {
      {"length is no number", ok + "Content-Length: five\r\n", "", "invalid Content-Length"},
      {"negative length", ok + "Content-Length: -1\r\n", "", "invalid Content-Length"},
      {"huge length", ok + "Content-Length: 99999999999999999999\r\n", "", "invalid Content-Length"},
      {"two lengths", ok + "Content-Length: 1\r\nContent-Length: 2\r\n", "", "several different Content-Length"},
      {"length and chunks", chunked + "Content-Length: 5\r\n", "", "both a Content-Length and"},
      {"gzip", ok + "Transfer-Encoding: gzip, chunked\r\n", "", "other than chunked"},
      {"gzip alone", ok + "Transfer-Encoding: gzip\r\n", "", "other than chunked"},
      {"chunked twice", chunked + "Transfer-Encoding: chunked\r\n", "", "other than chunked"},
      {"chunked in 1.0", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n", "", "HTTP/1.0"},
      {"size is no number, and short", chunked, "zz\r\n", "invalid chunk"},
      {"size is no number", chunked, "hello\r\n\r\n", "invalid chunk"},
      {"size too large", chunked, "11112222333344445\r\nxxxxx", "invalid chunk"},
      {"no line end behind a chunk", chunked, "5\r\nhello0\r\n\r\n", "invalid chunk"},
      {"broken extension", chunked, "5 x\r\nhello\r\n0\r\n\r\n", "invalid chunk"},
      {"broken trailer", chunked, "0\r\nno colon\r\n\r\n", "not valid HTTP"},
      {"long chunk line", chunked, "5;a=" + std::string(9000, 'b') + "\r\nhello\r\n0\r\n\r\n", "longer than 8 KiB"},
      {"endless trailers", chunked, "0\r\nA: " + std::string(9000, 'b'), "longer than 8 KiB"},
  };
  for (const auto& r : rows) {
    for (const std::size_t piece : {1U, 3U, 4096U, 1'000'000U}) {
      CAPTURE(r.name);
      CAPTURE(piece);
      feeding how;
      how.piece = piece;
      const auto found = read(r.head, r.bytes, how);
      CHECK(found.end == state::invalid);
      CAPTURE(found.problem);
      CHECK(found.problem.find(r.words) != std::string::npos);
      CHECK_FALSE(found.keeps_alive);
    }
  }
}

TEST_CASE("body framing: no more than the limit is passed on") {
  for (const std::size_t piece : {1U, 4U, 1'000'000U}) {
    feeding how;
    how.piece = piece;
    how.most = 5;
    auto found = read(ok, "hello world", how);
    CHECK(found.body == "hello");
    CHECK(found.enough);
    CHECK_FALSE(found.keeps_alive);
    found = read(chunked, "b\r\nhello world\r\n0\r\n\r\n", how);
    CHECK(found.body == "hello");
    CHECK(found.enough);
    found = read(ok + "Content-Length: 5\r\n", "hello", how);
    CHECK(found.body == "hello");
    CHECK_FALSE(found.enough);
    CHECK(found.keeps_alive);
  }
}
