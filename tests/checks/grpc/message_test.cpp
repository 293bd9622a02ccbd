// Tests the messages of grpc.health.v1 and the prefix of a gRPC message.
#include <string>

#include <doctest/doctest.h>

#include "grpc/health_message.hpp"

using namespace telltale::grpc;
using namespace std::string_literals;

TEST_CASE("grpc message: a request is its prefix and, unless it is empty, the name of the service") {
  CHECK(encode_request("") == "\0\0\0\0\0"s);
  CHECK(encode_request("app.V1") == "\0\0\0\0\x08\x0a\x06"s + "app.V1");
  const auto longer = encode_request(std::string(300, 'x'));
  CHECK(longer.substr(0, 8) == "\0\0\0\x01\x2f\x0a\xac\x02"s);
  CHECK(longer.size() == 8 + 300);
}

TEST_CASE("grpc message: a prefix is a flag and a length in network order") {
  const auto prefix = read_prefix("\x01\x00\x01\x02\x03rest"s);
  CHECK(prefix.flag == 1);
  CHECK(prefix.length == 0x010203);
  CHECK(read_prefix("\xff\xff\xff\xff\xff"s).length == 0xffffffff);
}

TEST_CASE("grpc message: a status is read from valid protobuf, and unknown fields are skipped") {
  struct row {
    const char* name;
    std::string bytes;
    int status;
  };
  const row rows[] = {
      {"empty: the default", "", 0},
      {"serving", "\x08\x01"s, 1},
      {"not serving", "\x08\x02"s, 2},
      {"service unknown", "\x08\x03"s, 3},
      {"written as zero", "\x08\x00"s, 0},
      {"the last one counts", "\x08\x01\x08\x02"s, 2},
      {"an unknown status", "\x08\x2a"s, 42},
      {"a negative status", "\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"s, -1},
      {"a varint with more bytes than it needs", "\x08\x81\x80\x00"s, 1},
      {"a number above 32 bits is cut", "\x08\x82\x80\x80\x80\x10"s, 2},
      {"an unknown varint", "\x10\xac\x02\x08\x01"s, 1},
      {"an unknown text", "\x12\x03xyz\x08\x01"s, 1},
      {"unknown fixed numbers", "\x11"s + "12345678" + "\x15" + "1234" + "\x08\x01", 1},
      {"the highest field number", "\xf8\xff\xff\xff\x0f\x00\x08\x01"s, 1},
  };
  for (const auto& r : rows) {
    CAPTURE(r.name);
    const auto status = decode_response(r.bytes);
    REQUIRE(status);
    CHECK(static_cast<int>(*status) == r.status);
  }
}

TEST_CASE("grpc message: what is not valid protobuf is rejected") {
  struct row {
    const char* name;
    std::string bytes;
  };
  const row rows[] = {
      {"no value", "\x08"s},
      {"an unfinished varint", "\x08\x80"s},
      {"a varint of more than 64 bits", "\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02"s},
      {"an endless varint", "\x08"s + std::string(20, '\xff')},
      {"field number 0", "\x00\x01"s},
      {"a field number that is too high", "\x80\x80\x80\x80\x10\x01"s},
      {"the status as a text", "\x0a\x01\x01"s},
      {"the start of a group", "\x13\x14"s},
      {"the end of a group", "\x14"s},
      {"an unknown wire type", "\x16\x01"s},
      {"a text longer than the message", "\x12\x05xyz"s},
      {"a text of 2^64-1 bytes", "\x12\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"s},
      {"a short fixed number", "\x11"s + "1234567"},
  };
  for (const auto& r : rows) {
    CAPTURE(r.name);
    CHECK_FALSE(decode_response(r.bytes));
  }
}
