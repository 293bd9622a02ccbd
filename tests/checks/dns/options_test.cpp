// The options of the dns check, name servers as texts, and resolv.conf.
#include "dns/options.hpp"

#include <doctest/doctest.h>

#include "checks/dns/scripted_server.hpp"

using namespace telltale;
using namespace telltale::fakes;
using namespace telltale::dns;

namespace {

std::string problems_of(fakes::options chosen) {
  problems found;
  checks::dns().validate(map_of(std::move(chosen)), found, {});
  std::string out;
  for (const auto& p : found.list()) out += p.message + "\n";
  return out;
}

std::string problems_of_name(const std::string& name, const char* record = "A") {
  return problems_of({{"query", text(name)}, {"record", text(record)}});
}

std::string problems_with(const char* key, raw_value value) {
  return problems_of({{"query", text("app.example")}, {key, std::move(value)}});
}

raw_value list_of(std::initializer_list<const char*> items) {
  std::vector<raw_value> out;
  for (const auto* each : items) out.push_back(text(each));
  return raw_value::list(std::move(out));
}

std::string shown(const std::vector<name_server>& servers) {
  std::string out;
  for (const auto& each : servers) out += to_text(each) + " ";
  return out;
}

}  // namespace

TEST_CASE("dns options: names that can be queried") {
  for (const char* name : {"a", "app.example.", ".", "_sip._tcp.example", "0/25.2.0.192.in-addr.arpa", "*.example",
                           "xn--bcher-kva.example", "1.2.3"})
    CHECK(problems_of_name(name).empty());
  const std::string label(63, 'a');
  CHECK(problems_of_name(label + "." + label + "." + label + "." + std::string(61, 'a')).empty());
  CHECK(contains(problems_of_name(label + "." + label + "." + label + "." + std::string(62, 'a')), "query: "));
  for (const char* name : {"", "..", ".a", "a..b", "a b",
                           "b\xc3\xbc"
                           "cher.example",
                           "http://app.example", "app:53"}) {
    CAPTURE(name);
    CHECK(contains(problems_of_name(name), "query: expected a domain name"));
  }
  CHECK(contains(problems_of_name(label + "a.example"), "query: expected"));
  CHECK(contains(problems_of_name("site.onion."), "RFC 7686"));
  CHECK(contains(problems_of({}), "query"));
}

TEST_CASE("dns options: an address is a name only for its PTR record") {
  CHECK(problems_of_name("192.0.2.1", "PTR").empty());
  CHECK(problems_of_name("2001:db8::1", "PTR").empty());
  CHECK(contains(problems_of_name("192.0.2.1"), "record: PTR"));
  dns_options of;
  of.query = "192.0.2.1";
  of.record = record::ptr;
  CHECK(of.asked().name == "1.2.0.192.in-addr.arpa");
  of.query = "1.2.0.192.in-addr.arpa";
  CHECK(of.asked().name == of.query);
}

TEST_CASE("dns options: name servers are addresses, each once") {
  const auto problems_of_servers = [](std::initializer_list<const char*> all) {
    return problems_with("servers", list_of(all));
  };
  CHECK(problems_of_servers({"10.0.0.1", "10.0.0.1:5353", "::1", "[::1]:5353", "fe80::1%eth0"}).empty());
  for (const char* wrong : {"dns.example", "10.0.0.1:0", "10.0.0.1:x", "10.0.0.1:", "10.0.0", "[10.0.0.1]:53", "[::1]",
                            "fe80::1%a%b", "10.0.0.1%eth0"}) {
    CAPTURE(wrong);
    CHECK(contains(problems_of_servers({wrong}), "expected an IP address"));
  }
  CHECK(contains(problems_of_servers({"10.0.0.1", "10.0.0.1:53"}), "10.0.0.1 is listed twice"));
  CHECK(contains(problems_with("servers", raw_value::list({})), "empty"));
  std::vector<raw_value> many;
  for (int i = 0; i < 17; ++i) many.push_back(text("10.0.0." + std::to_string(i)));
  CHECK(contains(problems_with("servers", raw_value::list(many)), "at most 16"));
}

TEST_CASE("dns options: contradictions are refused") {
  CHECK(problems_with("answers", text("2")).empty());
  CHECK(contains(problems_with("answers", text("0")), "a limit of 0 has no effect"));
  CHECK(contains(problems_with("expect", text("< mail.example")), "records have no order"));
  CHECK(contains(problems_with("expect", text("~ (")), "expect: "));
  CHECK(contains(problems_with("record", text("ANY")), "A, AAAA"));
  CHECK(contains(problems_with("record", text("a")), "A, AAAA"));
  CHECK(contains(problems_of({{"query", text("a.b")}, {"rcode", text("NXDOMAIN")}, {"expect", text("192.0.2.1")}}),
                 "only a response with `rcode: NOERROR` has records"));
}

TEST_CASE("dns options: the name servers of resolv.conf are read as the C library does") {
  CHECK(shown(name_servers_in("")) == "127.0.0.1 ");
  CHECK(shown(name_servers_in("search prod.svc\noptions ndots:5\n")) == "127.0.0.1 ");
  CHECK(shown(name_servers_in("# nameserver 10.0.0.9\n;nameserver 10.0.0.9\nnameserver 10.0.0.1\nnameserver\t::1 x")) ==
        "10.0.0.1 ::1 ");
  CHECK(shown(name_servers_in("nameserver  10.0.0.1 # first\r\nnameserver fe80::1%eth0\r\n")) ==
        "10.0.0.1 fe80::1%eth0 ");
  CHECK(shown(name_servers_in("nameservers 10.0.0.1\nnameserver dns.example\nnameserver\nnameserver 10.0.0.2")) ==
        "10.0.0.2 ");
  CHECK(shown(name_servers_in("nameserver 10.0.0.1\nnameserver 10.0.0.2\nnameserver 10.0.0.3\nnameserver 10.0.0.4")) ==
        "10.0.0.1 10.0.0.2 10.0.0.3 ");
}
