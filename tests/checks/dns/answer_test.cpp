// Reading of responses: every record type, aliases, and messages that are wrong or expensive to read.
#include "dns/answer.hpp"

#include <ctime>

#include <doctest/doctest.h>

#include "dns/message.hpp"
#include "fakes/dns_message.hpp"

using namespace telltale;
using namespace telltale::dns;
using namespace telltale::fakes;
using namespace std::string_literals;

namespace {

std::string query(const std::string& name, int type) {
  return "\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00"s + labels(name) + number16(static_cast<unsigned>(type)) +
         number16(ns_c_in);
}

std::string response(record type, const std::vector<std::string>& records, unsigned code = 0) {
  return respond(query("app.example", code_of(type)), records, code);
}

using values = std::vector<std::string>;

/// A name of `count` labels of 63 bytes that ends in a pointer to `target`.
std::string long_name(int count, unsigned target) {
  std::string out;
  for (int i = 0; i < count; ++i) out += '\x3f' + std::string(63, 'a');
  return out + number16(0xc000U | target);
}

}  // namespace

TEST_CASE("dns answer: every record type is a text like that of dig") {
  struct row {
    record type;
    std::vector<std::string> records;
    values wanted;
  };
  const auto soa = labels("NS1.example") + labels("admin.example") + number32(2024) + number32(7200) + number32(3600) +
                   number32(1209600) + number32(300);
  const row rows[] = {
      {record::a, {a("192.0.2.1"), a("192.0.2.2")}, {"192.0.2.1", "192.0.2.2"}},
      {record::aaaa, {a("2001:db8:0:0::1")}, {"2001:db8::1"}},
      {record::cname, {resource(ns_t_cname, labels("Real.example"))}, {"real.example"}},
      {record::mx,
       {resource(ns_t_mx, number16(10) + labels("mail.example")), resource(ns_t_mx, number16(0) + labels(""))},
       {"10 mail.example", "0 ."}},
      {record::ns,
       {resource(ns_t_ns, labels("ns1.example")), resource(ns_t_ns, labels("ns2.example"))},
       {"ns1.example", "ns2.example"}},
      {record::ptr,
       {resource(ns_t_ptr, labels("one.example")), resource(ns_t_ptr, labels("two.example"))},
       {"one.example", "two.example"}},
      {record::soa, {resource(ns_t_soa, soa)}, {"ns1.example admin.example 2024 7200 3600 1209600 300"}},
      {record::srv,
       {resource(ns_t_srv, number16(1) + number16(5) + number16(5060) + labels("sip.example"))},
       {"1 5 5060 sip.example"}},
      {record::txt, {resource(ns_t_txt, "\x03v=1\x02 b"s), resource(ns_t_txt, "\x01x"s)}, {"v=1 b", "x"}},
      {record::txt, {resource(ns_t_txt, "\x00"s)}, {""}},
  };
  for (const auto& r : rows) {
    CAPTURE(name_of(r.type));
    const auto got = read_answer(response(r.type, r.records), r.type);
    CHECK(got.fault == answer::fault_t::none);
    CHECK(got.code == 0);
    CHECK(got.values == r.wanted);
    CHECK(got.ttl == 300);
  }
}

TEST_CASE("dns answer: an alias is followed, and its TTL counts") {
  const auto alias = resource(ns_t_cname, labels("real.example"), 20);
  const auto got = read_answer(response(record::a, {alias, a("192.0.2.1", 60, labels("real.example"))}), record::a);
  CHECK(got.values == values{"192.0.2.1"});
  CHECK(got.ttl == 20);
}

TEST_CASE("dns answer: without a record of the type there are no values") {
  const auto alias = resource(ns_t_cname, labels("real.example"));
  for (int type = 0; type < 9; ++type) {
    CAPTURE(type);
    const auto asked = static_cast<record>(type);
    CHECK(read_answer(response(asked, {}), asked).values.empty());
    CHECK(read_answer(response(asked, {}, 3), asked).code == 3);
    if (asked == record::cname) continue;
    const auto got = read_answer(response(asked, {alias}), asked);
    CHECK(got.fault == answer::fault_t::none);
    CHECK(got.values.empty());
  }
}

TEST_CASE("dns answer: messages that are none, cut off or contradictory are malformed") {
  const auto whole = response(record::mx, {resource(ns_t_mx, number16(10) + labels("mail.example"))});
  REQUIRE(read_answer(whole, record::mx).fault == answer::fault_t::none);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CAPTURE(size);
    CHECK(read_answer(std::string_view(whole).substr(0, size), record::mx).fault == answer::fault_t::malformed);
  }
  const auto is_malformed = [](record type, const std::string& one) {
    return read_answer(response(type, {one}), type).fault == answer::fault_t::malformed;
  };
  CHECK(is_malformed(record::mx, resource(ns_t_mx, number16(10))));
  CHECK(is_malformed(record::srv, resource(ns_t_srv, number32(1))));
  CHECK(is_malformed(record::txt, resource(ns_t_txt, "\x05x"s)));
  CHECK(is_malformed(record::ns, resource(ns_t_ns, "\x40"s + std::string(64, 'a') + '\0')));
  CHECK(is_malformed(record::cname, resource(ns_t_cname, labels("a b.example"))));
  CHECK(is_malformed(record::a, resource(ns_t_a, "\xc0\x00\x02\x01"s, 300, "\xc0\xff"s)));
  CHECK(is_malformed(record::a, a("192.0.2.1", 300, number16(0xc000U | 29U))));  // a name that is itself
}

TEST_CASE("dns answer: a query is no response, and a SOA record beside another is not read") {
  CHECK(read_answer(query("app.example", ns_t_a), record::a).fault == answer::fault_t::query);
  const auto soa = resource(ns_t_soa, labels("a") + labels("b") + std::string(20, '\0'));
  const auto got = read_answer(response(record::soa, {soa, soa}), record::soa);
  CHECK(got.fault == answer::fault_t::several_soa);
  CHECK(got.values.empty());
}

TEST_CASE("dns answer: names that are too long are rejected before c-ares expands them") {
  CHECK(read_message(response(record::a, {a("192.0.2.1", 300, long_name(3, 12))}), ns_t_a));
  CHECK_FALSE(read_message(response(record::a, {a("192.0.2.1", 300, long_name(4, 12))}), ns_t_a));
  // 16 KiB of labels, and behind them thousands of records whose names lead there.
  std::string labels_first = resource(ns_t_null, long_name(250, 12));
  const auto target = static_cast<unsigned>(query("app.example", 1).size() + 12);
  std::vector<std::string> records{labels_first};
  while (records.size() < 4000) records.push_back(resource(ns_t_a, "", 0, number16(0xc000U | target)));
  const auto message = response(record::a, records);
  REQUIRE(message.size() < 65536);
  const auto begin = std::clock();
  CHECK(read_answer(message, record::a).fault == answer::fault_t::malformed);
  CHECK(std::clock() - begin < CLOCKS_PER_SEC / 20);
}

TEST_CASE("dns answer: expected texts are compared in one form") {
  CHECK(canonical("2001:DB8:0::1", record::aaaa) == "2001:db8::1");
  CHECK(canonical("192.0.2.1", record::a) == "192.0.2.1");
  CHECK(canonical("db.example", record::a) == "db.example");
  CHECK(canonical("10 Mail.Example.", record::mx) == "10 mail.example");
  CHECK(canonical("0 .", record::mx) == "0 .");
  CHECK(canonical(".", record::ns) == ".");
  CHECK(canonical("V=Spf1.", record::txt) == "V=Spf1.");
}

TEST_CASE("dns answer: the name of an address") {
  CHECK(reverse_name("192.0.2.10") == "10.2.0.192.in-addr.arpa");
  CHECK(reverse_name("2001:db8::1") == "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa");
  CHECK(reverse_name("db.example").empty());
  CHECK(reverse_name("192.0.2").empty());
}
