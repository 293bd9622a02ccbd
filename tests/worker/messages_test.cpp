#include "worker/messages.hpp"

#include <doctest/doctest.h>

#include <random>

#include "worker/codec.hpp"

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

std::vector<wire::to_worker> all_to_worker() {
  return {wire::hello{std::chrono::system_clock::time_point(1234567890123456789ns)},
          wire::define{7, "sqlite", options_tree()}, wire::forget{7},
          wire::run_batch{9,
                          {{1, 7, 2s, {}},
                           {2, 8, 100ms, remembering({{"inode", -5}, {"size", 1}}),
                            outcome_kind{verdict::warn, reason::threshold}}}},
          wire::lookup{3, "db.internal", 5432}};
}

std::vector<wire::from_worker> all_from_worker() {
  resolution failed;
  failed.error = "db does not resolve: Name or service not known";
  return {wire::ready{}, wire::ready{"system call filter: Invalid argument"}, wire::lookup_result{5, two_addresses()},
          wire::lookup_result{6, failed}, wire::results_written{}};
}

std::vector<wire::run_outcome> two_outcomes() {
  auto found = outcome::warn(reason::threshold, "80% used");
  found.measurements = {{"used_ratio", 0.8}, {"free_bytes", 1e12}};
  return {{4, found, remembering({{"n", 1}}), wire::clock::time_point(99s), 12us},
          {5, outcome::pass("fine"), std::nullopt, wire::clock::time_point(100s), 0ns}};
}

std::string encoded(const std::vector<wire::run_outcome>& outcomes) {
  std::string out;
  for (const auto& each : outcomes) out += wire::encode(each);
  return out;
}

// Requires that a message is unchanged after encoding, decoding and encoding again.
std::string again(const std::string& bytes) {
  if (const auto m = wire::decode_to_worker(bytes)) return wire::encode(*m);
  return "not a message";
}
std::string again_from_worker(const std::string& bytes) {
  if (const auto m = wire::decode_from_worker(bytes)) return wire::encode(*m);
  return "not a message";
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

TEST_CASE("messages: every message type round-trips") {
  for (const auto& message : all_to_worker()) {
    CAPTURE(message.index());
    CHECK(again(wire::encode(message)) == wire::encode(message));
  }
  for (const auto& message : all_from_worker()) {
    CAPTURE(message.index());
    CHECK(again_from_worker(wire::encode(message)) == wire::encode(message));
  }
}

TEST_CASE("messages: an options tree keeps its source locations, quotes and variables") {
  const auto message = wire::decode_to_worker(wire::encode(wire::define{7, "sqlite", options_tree()}));
  REQUIRE(message);
  const auto& arrived = std::get<wire::define>(*message);
  CHECK(arrived.type == "sqlite");
  expect_same(arrived.options, options_tree());
}

TEST_CASE("messages: a batch round-trips in order") {
  const auto message =
      wire::decode_to_worker(wire::encode(wire::run_batch{9, {{1, 7, 2s, remembering({{"n", -1}})}, {2, 8, 3s, {}}}}));
  REQUIRE(message);
  const auto& arrived = std::get<wire::run_batch>(*message);
  CHECK(arrived.batch == 9);
  REQUIRE(arrived.items.size() == 2);
  CHECK(arrived.items[0].memory.get("n") == -1);
  CHECK(arrived.items[1].timeout == 3s);
}

TEST_CASE("messages: addresses of both families round-trip with port and scope") {
  const auto message = wire::decode_from_worker(wire::encode(wire::lookup_result{5, two_addresses()}));
  REQUIRE(message);
  CHECK(std::get<wire::lookup_result>(*message).resolution.endpoints == two_addresses().endpoints);
}

TEST_CASE("messages: truncated messages and messages with an extra byte are refused") {
  const auto refused = [](const std::string& bytes, bool (*accepts)(std::string_view)) {
    for (std::size_t n = 0; n < bytes.size(); ++n) {
      CAPTURE(n);
      CHECK_FALSE(accepts(std::string_view(bytes).substr(0, n)));
    }
    CHECK_FALSE(accepts(bytes + '\0'));
    CHECK(accepts(bytes));
  };
  for (const auto& message : all_to_worker())
    refused(wire::encode(message), [](std::string_view b) { return wire::decode_to_worker(b).has_value(); });
  for (const auto& message : all_from_worker())
    refused(wire::encode(message), [](std::string_view b) { return wire::decode_from_worker(b).has_value(); });
}

TEST_CASE("messages: a value outside its enumeration is refused") {
  auto bytes = wire::encode(wire::run_outcome{});
  constexpr std::size_t verdict_at = 3 * 8;
  bytes[verdict_at] = 3;
  CHECK_FALSE(wire::decode_outcomes(bytes));
  bytes[verdict_at] = 0;
  CHECK(wire::decode_outcomes(bytes));
  bytes[verdict_at + 1] = static_cast<char>(reason_count);
  CHECK_FALSE(wire::decode_outcomes(bytes));
  CHECK_FALSE(wire::decode_from_worker("\x63"));

  const outcome_kind kind{verdict::pass, reason::ok};
  auto batch = wire::encode(wire::run_batch{9, {{1, 7, 2s, {}, kind}}});
  CHECK(wire::decode_to_worker(batch));
  batch.back() = static_cast<char>(reason_count);
  CHECK_FALSE(wire::decode_to_worker(batch));
  batch.back() = 0;
  batch[batch.size() - 2] = 3;
  CHECK_FALSE(wire::decode_to_worker(batch));
}

TEST_CASE("messages: times that overflow the clock are refused") {
  const auto limit = [](std::chrono::nanoseconds timeout) {
    return wire::decode_to_worker(wire::encode(wire::run_batch{9, {{1, 7, timeout, {}}}})).has_value();
  };
  const auto found = [](wire::clock::time_point began, std::chrono::nanoseconds duration) {
    return wire::decode_outcomes(wire::encode(wire::run_outcome{1, {}, {}, began, duration})).has_value();
  };
  constexpr auto most = std::chrono::nanoseconds::max();
  CHECK(limit(2s));
  CHECK_FALSE(limit(most));
  CHECK_FALSE(limit(-1ns));
  CHECK(found(wire::clock::time_point(99s), 12us));
  CHECK_FALSE(found(wire::clock::time_point(-1ns), 12us));
  CHECK_FALSE(found(wire::clock::time_point(most), 12us));
  CHECK_FALSE(found(wire::clock::time_point(99s), most));
  CHECK_FALSE(found(wire::clock::time_point(99s), -1ns));
}

TEST_CASE("messages: a lookup result has either addresses or an error") {
  CHECK_FALSE(wire::decode_from_worker(wire::encode(wire::lookup_result{5, {}})));
  auto both = two_addresses();
  both.error = "but no";
  CHECK_FALSE(wire::decode_from_worker(wire::encode(wire::lookup_result{5, both})));
}

TEST_CASE("messages: the nesting depth is bounded by the decoder") {
  CHECK(wire::decode_to_worker(wire::encode(wire::define{1, "t", nested(wire::max_depth)})));
  CHECK_FALSE(wire::decode_to_worker(wire::encode(wire::define{1, "t", nested(wire::max_depth + 1)})));
}

TEST_CASE("messages: a false length costs neither memory nor time") {
  byte_writer out;
  out.number<std::uint8_t>(1);
  out.number<std::uint64_t>(2);
  out.number<std::uint32_t>(0xFFFFFFFF);  // the name's length
  CHECK_FALSE(wire::decode_to_worker(std::move(out).take()));
}

TEST_CASE("messages: consecutive outcomes decode completely or not at all") {
  const auto bytes = encoded(two_outcomes());
  const auto read = wire::decode_outcomes(bytes);
  REQUIRE(read);
  REQUIRE(read->size() == 2);
  CHECK(encoded(*read) == bytes);
  CHECK(read->front().memory->get("n") == 1);
  CHECK(read->front().duration == 12us);
  CHECK_FALSE(read->back().memory);
  CHECK(read->back().began == wire::clock::time_point(100s));
  CHECK(wire::decode_outcomes("")->empty());
  const auto first = wire::encode(two_outcomes().front()).size();
  for (std::size_t n = 1; n < bytes.size(); ++n)
    CHECK(wire::decode_outcomes(std::string_view(bytes).substr(0, n)).has_value() == (n == first));
}

TEST_CASE("messages: 200,000 damaged messages are refused or decoded to valid values") {
  std::mt19937 random(1);
  std::vector<std::string> seeds;
  for (const auto& message : all_to_worker()) seeds.push_back(wire::encode(message));
  for (const auto& message : all_from_worker()) seeds.push_back(wire::encode(message));
  for (int n = 0; n < 3; ++n) seeds.push_back(encoded(two_outcomes()));
  std::size_t understood = 0;
  for (int round = 0; round < 200'000; ++round) {
    auto bytes = seeds[random() % seeds.size()];
    for (auto n = random() % 4; n > 0; --n) bytes[random() % bytes.size()] = static_cast<char>(random());
    bytes.resize(bytes.size() - random() % 2);
    // A decoded value must be valid: it encodes again and decodes to the same value.
    if (const auto m = wire::decode_to_worker(bytes)) {
      ++understood;
      CHECK(again(wire::encode(*m)) == wire::encode(*m));
    }
    if (const auto m = wire::decode_from_worker(bytes)) {
      ++understood;
      CHECK(again_from_worker(wire::encode(*m)) == wire::encode(*m));
    }
    if (const auto m = wire::decode_outcomes(bytes)) CHECK(encoded(*wire::decode_outcomes(encoded(*m))) == encoded(*m));
  }
  CHECK(understood > 1000);
}

TEST_CASE("messages: the encoded size of a check's state is known before encoding") {
  const auto value = remembering({{"inode", 1}, {"a longer name", 2}});
  byte_writer out;
  wire::put(out, value);
  CHECK(std::move(out).take().size() == wire::encoded_size(value));
}
