#include "worker/messages.hpp"

#include <doctest/doctest.h>

#include <random>

#include "worker/bytes.hpp"

using namespace telltale;
using namespace std::chrono_literals;

namespace {

raw_value options_tree() {
  auto quoted = raw_value::scalar("10", {3, 7});
  quoted.quoted = true;
  auto expanded = raw_value::scalar("from a variable");
  expanded.expanded = true;
  return raw_value::map({{"path", {1, 1}, raw_value::scalar("/data/app.db", {1, 7})},
                         {"limits", {2, 1}, raw_value::map({{"warn", {3, 1}, quoted}, {"fail", {4, 1}, expanded}})},
                         {"list", {5, 1}, raw_value::list({raw_value{}, raw_value::list({})})}});
}

memory remembering(std::initializer_list<std::pair<const char*, std::int64_t>> values) {
  memory out;
  for (const auto& [name, value] : values) out.set(name, value);
  return out;
}

resolution two_addresses() {
  resolution out;
  out.endpoints.emplace_back(boost::asio::ip::make_address("192.0.2.7"), 443);
  out.endpoints.emplace_back(boost::asio::ip::make_address("fe80::1%3"), 8080);
  return out;
}

resolution no_address() {
  resolution out;
  out.error = "db does not resolve: Name or service not known";
  return out;
}

wire::run_answer warning() {
  auto found = outcome::warn(reason::threshold, "80% used");
  found.measurements = {{"used_ratio", 0.8}, {"free_bytes", 1e12}};
  return {found, remembering({{"n", 1}})};
}

wire::request a_run(std::chrono::nanoseconds timeout = 2s) {
  return wire::run_request{wire::encode(wire::definition{"sqlite", options_tree()}),
                           std::chrono::system_clock::time_point(1234567890123456789ns), timeout,
                           remembering({{"inode", -5}, {"size", 1}})};
}

/// A kind of value with some of its encodings. `again` decodes and encodes again.
struct kind {
  const char* name;
  std::vector<std::string> examples;
  std::optional<std::string> (*again)(std::string_view);
};

template <auto decode>
std::optional<std::string> decode_and_encode(std::string_view bytes) {
  const auto value = decode(bytes);
  return value ? std::optional(wire::encode(*value)) : std::nullopt;
}

std::vector<kind> kinds() {
  return {
      {"definition",
       {wire::encode(wire::definition{"sqlite", options_tree()}), wire::encode(wire::definition{"", {}})},
       decode_and_encode<wire::decode_definition>},
      {"request",
       {wire::encode(a_run()), wire::encode(wire::lookup_request{"db.internal", 5432})},
       decode_and_encode<wire::decode_request>},
      {"run answer",
       {wire::encode(warning()), wire::encode(wire::run_answer{outcome::pass("fine"), std::nullopt})},
       decode_and_encode<wire::decode_run_answer>},
      {"resolution",
       {wire::encode(two_addresses()), wire::encode(no_address())},
       decode_and_encode<wire::decode_resolution>},
  };
}

void expect_same(const raw_value& a, const raw_value& b) {
  CHECK(a.kind == b.kind);
  CHECK(a.at == b.at);
  CHECK(a.text == b.text);
  CHECK(a.quoted == b.quoted);
  CHECK(a.expanded == b.expanded);
  REQUIRE(a.items.size() == b.items.size());
  for (std::size_t i = 0; i < a.items.size(); ++i) expect_same(a.items[i], b.items[i]);
  REQUIRE(a.members.size() == b.members.size());
  for (std::size_t i = 0; i < a.members.size(); ++i) {
    CHECK(a.members[i].key == b.members[i].key);
    CHECK(a.members[i].at == b.members[i].at);
    expect_same(a.members[i].value, b.members[i].value);
  }
}

raw_value nested(std::size_t depth) {
  auto value = raw_value::scalar("deep");
  for (; depth > 1; --depth) value = raw_value::list({value});
  return value;
}

}  // namespace

TEST_CASE("messages: every value round-trips") {
  for (const auto& [name, examples, again] : kinds())
    for (const auto& bytes : examples) {
      CAPTURE(name);
      CHECK(again(bytes) == bytes);
    }
}

TEST_CASE("messages: a packet keeps its header and its payload") {
  const auto job = wire::encode(wire::job_packet{7, "payload"});
  REQUIRE(wire::decode_job(job));
  CHECK(wire::decode_job(job)->number == 7);
  CHECK(wire::decode_job(job)->payload == "payload");
  CHECK(wire::decode_job(job.substr(0, 8))->payload.empty());

  const auto answer = wire::encode(wire::answer_packet{8, wire::clock::time_point(99s), 12us, "answer"});
  const auto arrived = wire::decode_answer(answer);
  REQUIRE(arrived);
  CHECK(arrived->number == 8);
  CHECK(arrived->began == wire::clock::time_point(99s));
  CHECK(arrived->duration == 12us);
  CHECK(arrived->payload == "answer");
  for (std::size_t n = 0; n < 24; ++n) {
    CAPTURE(n);
    CHECK(wire::decode_job(job.substr(0, n)).has_value() == (n >= 8));
    CHECK_FALSE(wire::decode_answer(answer.substr(0, n)));
  }
}

TEST_CASE("messages: an options tree keeps its source locations, quotes and variables") {
  const auto arrived = wire::decode_definition(wire::encode(wire::definition{"sqlite", options_tree()}));
  REQUIRE(arrived);
  CHECK(arrived->type == "sqlite");
  expect_same(arrived->options, options_tree());
}

TEST_CASE("messages: a run carries the definition, the state and the times") {
  const auto message = wire::decode_request(wire::encode(a_run()));
  REQUIRE(message);
  const auto& arrived = std::get<wire::run_request>(*message);
  CHECK(wire::decode_definition(arrived.definition)->type == "sqlite");
  CHECK(arrived.started_at == std::chrono::system_clock::time_point(1234567890123456789ns));
  CHECK(arrived.timeout == 2s);
  CHECK(arrived.memory.get("inode") == -5);
}

TEST_CASE("messages: addresses of both families round-trip with port and scope") {
  const auto arrived = wire::decode_resolution(wire::encode(two_addresses()));
  REQUIRE(arrived);
  CHECK(arrived->endpoints == two_addresses().endpoints);
}

TEST_CASE("messages: truncated values and values with an extra byte are refused") {
  for (const auto& [name, examples, again] : kinds())
    for (const auto& bytes : examples) {
      CAPTURE(name);
      for (std::size_t n = 0; n < bytes.size(); ++n) {
        CAPTURE(n);
        CHECK_FALSE(again(bytes.substr(0, n)));
      }
      CHECK_FALSE(again(bytes + '\0'));
    }
}

TEST_CASE("messages: a value outside its enumeration is refused") {
  auto bytes = wire::encode(wire::run_answer{});
  bytes[0] = 3;
  CHECK_FALSE(wire::decode_run_answer(bytes));
  bytes[0] = 0;
  CHECK(wire::decode_run_answer(bytes));
  bytes[1] = static_cast<char>(reason_count);
  CHECK_FALSE(wire::decode_run_answer(bytes));
  CHECK_FALSE(wire::decode_request("\x63"));
}

TEST_CASE("messages: times that overflow the clock are refused") {
  constexpr auto most = std::chrono::nanoseconds::max();
  CHECK(wire::decode_request(wire::encode(a_run(2s))));
  CHECK_FALSE(wire::decode_request(wire::encode(a_run(most))));
  CHECK_FALSE(wire::decode_request(wire::encode(a_run(-1ns))));
  const auto found = [](wire::clock::time_point began, std::chrono::nanoseconds duration) {
    return wire::decode_answer(wire::encode(wire::answer_packet{1, began, duration, {}})).has_value();
  };
  CHECK(found(wire::clock::time_point(99s), 12us));
  CHECK_FALSE(found(wire::clock::time_point(-1ns), 12us));
  CHECK_FALSE(found(wire::clock::time_point(most), 12us));
  CHECK_FALSE(found(wire::clock::time_point(99s), most));
  CHECK_FALSE(found(wire::clock::time_point(99s), -1ns));
}

TEST_CASE("messages: a resolution has either addresses or an error") {
  CHECK_FALSE(wire::decode_resolution(wire::encode(resolution{})));
  auto both = two_addresses();
  both.error = "but no";
  CHECK_FALSE(wire::decode_resolution(wire::encode(both)));
}

TEST_CASE("messages: the nesting depth is bounded by the decoder") {
  CHECK(wire::decode_definition(wire::encode(wire::definition{"t", nested(wire::max_depth)})));
  CHECK_FALSE(wire::decode_definition(wire::encode(wire::definition{"t", nested(wire::max_depth + 1)})));
}

TEST_CASE("messages: a false length costs neither memory nor time") {
  wire::byte_writer out;
  out(std::uint32_t{0xFFFFFFFF});  // the length of the type's name
  CHECK_FALSE(wire::decode_definition(std::move(out).take()));
}

TEST_CASE("messages: 200,000 damaged values are refused or decoded to valid ones") {
  std::mt19937 random(1);
  const auto all = kinds();
  std::size_t understood = 0;
  for (int round = 0; round < 200'000; ++round) {
    const auto& [name, examples, again] = all[random() % all.size()];
    auto bytes = examples[random() % examples.size()];
    for (auto n = random() % 4; n > 0; --n) bytes[random() % bytes.size()] = static_cast<char>(random());
    bytes.resize(bytes.size() - random() % 2);
    // A decoded value must be valid: it encodes again and decodes to the same value.
    const auto once = again(bytes);
    if (!once) continue;
    ++understood;
    CAPTURE(name);
    CHECK(again(*once) == once);
  }
  CHECK(understood > 1000);
}
