// The dns check against scripted name servers: each outcome that it tells apart, with its reason and its words.
#include <doctest/doctest.h>

#include "checks/dns/scripted_server.hpp"

using namespace telltale;
using namespace telltale::fakes;

namespace {

/// Truncated over UDP; over TCP as `over_tcp` says.
dns_script truncates(dns_script over_tcp) {
  return [over_tcp = std::move(over_tcp)](const std::string& query, bool tcp) -> sending {
    if (tcp) return over_tcp(query, tcp);
    return {{respond(query, {}, 0, 0x0200)}};
  };
}
sending hangs_up(const std::string&, bool) { return {{}, true, true}; }
sending echoes(const std::string& query, bool) { return {{query}}; }
sending other_id(const std::string& query, bool) {
  auto message = respond(query, {a("192.0.2.1")});
  message[0] = static_cast<char>(message[0] ^ 1);
  return {{message}};
}
sending other_question(const std::string& query, bool) {
  auto other = query.substr(0, 12) + labels("evil.example") + number16(ns_t_a) + number16(ns_c_in);
  return {{respond(other, {a("192.0.2.66")})}};
}
sending garbage(const std::string&, bool) { return {{"", "x", std::string(600, '\xff')}}; }
sending cut_off(const std::string& query, bool) {
  const auto whole = respond(query, {a("192.0.2.1")});
  return {{whole.substr(0, whole.size() - 2)}};
}
sending half_a_response(const std::string& query, bool) {
  const auto whole = respond(query, {a("192.0.2.1")});
  return {{number16(static_cast<unsigned>(whole.size())) + whole.substr(0, 20)}, false, true};
}
sending empty_frames(const std::string&, bool) { return {{std::string(64, '\0')}, false, false}; }
sending floods(const std::string& query, bool) {
  auto message = respond(query, std::vector<std::string>(250, a("192.0.2.1")));
  message[0] = static_cast<char>(message[0] ^ 1);
  return {std::vector<std::string>(100, message)};
}

fakes::options with(const char* key, const char* value) { return {{key, text(value)}}; }

struct row {
  std::string name;
  dns_script behaviour;
  fakes::options chosen;
  reason why;
  std::string words;
};

}  // namespace

TEST_CASE("dns: a record of a server passes, with measurements") {
  const auto out = probe_script(answers_with({a("192.0.2.1", 60), a("192.0.2.2", 30)}));
  CHECK(out.verdict == verdict::pass);
  CHECK(contains(out.message, "app.example.test: 2 A records from 127.0.0.1:"));
  CHECK(out.measured("answers") == 2);
  CHECK(out.measured("servers") == 1);
  CHECK(out.measured("servers_failed") == 0);
  CHECK(out.measured("ttl_seconds") == 30);
  CHECK(*out.measured("query_seconds") > 0);
}

TEST_CASE("dns: each outcome has its reason and its words") {
  const row rows[] = {
      {"NXDOMAIN", answers_with({}, 3), {}, reason::missing, "the name does not exist (NXDOMAIN)"},
      {"a short name", answers_with({}, 3), with("query", "db"), reason::missing, "search domains do not apply here"},
      {"SERVFAIL", answers_with({}, 2), {}, reason::dns, "could not answer (SERVFAIL)"},
      {"REFUSED", answers_with({}, 5), {}, reason::refused, "refused the query (REFUSED)"},
      {"NOTIMP", answers_with({}, 4), {}, reason::dns, "could not answer (NOTIMP)"},
      {"another code", answers_with({}, 9), {}, reason::dns, "could not answer (response code 9)"},
      {"silent", nothing, {}, reason::timeout, "no answer within "},
      {"silent over TCP", nothing, with("tcp", "true"), reason::timeout, "no answer within "},
      {"empty", answers_with({}), {}, reason::missing, "the name has no A record"},
      {"another type", answers_with({a("2001:db8::1")}), {}, reason::missing, "the name has no A record"},
      {"an alias without a target",
       answers_with({resource(ns_t_cname, labels("b.example"))}),
       {},
       reason::missing,
       "the name has no A record"},
      {"wrong answer", answers_with({a("192.0.2.1")}), with("expect", "192.0.2.9"), reason::mismatch,
       "the A records are 192.0.2.1, expected 192.0.2.9"},
      {"too few", answers_with({a("192.0.2.1")}), with("answers", "2"), reason::threshold,
       "1 A record (limit 2): 192.0.2.1"},
      {"exists", answers_with({a("192.0.2.1")}), with("rcode", "NXDOMAIN"), reason::mismatch,
       "the name exists: 192.0.2.1, expected NXDOMAIN"},
      {"another code than expected", answers_with({}, 3), with("rcode", "REFUSED"), reason::mismatch,
       "NXDOMAIN, expected REFUSED"},
      {"the query itself", echoes, {}, reason::protocol, "is a query, not a response"},
      {"another id", other_id, {}, reason::protocol, "what it sent is no response to the query"},
      {"another question", other_question, {}, reason::protocol, "what it sent is no response to the query"},
      {"garbage", garbage, {}, reason::protocol, "what it sent is no response to the query"},
      {"cut off", cut_off, {}, reason::protocol, "malformed record"},
      {"a flood", floods, with("tcp", "true"), reason::protocol, "sent too much without a response to the query"},
      {"closed", hangs_up, with("tcp", "true"), reason::refused, "closed the connection without an answer"},
      {"closed in a response", half_a_response, with("tcp", "true"), reason::protocol,
       "closed the connection in the middle of its response"},
      {"empty messages", empty_frames, with("tcp", "true"), reason::protocol, "no response to the query"},
      {"truncated, then silent",
       truncates(nothing),
       {},
       reason::timeout,
       "its response is truncated, and over TCP: no answer"},
      {"truncated, then closed",
       truncates(hangs_up),
       {},
       reason::refused,
       "truncated, and over TCP: the server closed the connection without an answer"},
  };
  for (const auto& r : rows) {
    CAPTURE(r.name);
    const auto out = with_enough_time([&](auto limit) { return probe_script(r.behaviour, r.chosen, limit); },
                                      [&](const outcome& got) { return contains(got.message, r.words); });
    CAPTURE(out.message);
    CHECK(out.verdict == verdict::fail);
    CHECK(to_string(out.reason) == to_string(r.why));
    CHECK(contains(out.message, r.words));
    CHECK(contains(out.message, ": name server 127.0.0.1:"));
    CHECK(out.measured("servers_failed") == 1);
  }
}

TEST_CASE("dns: an expectation is met by one record, a negated one by every record") {
  struct expected {
    std::vector<std::string> all;
    bool met;
  };
  const expected rows[] = {
      {{"192.0.2.1"}, true},
      {{"192.0.2.2", "192.0.2.1"}, true},
      {{"192.0.2.2", "192.0.2.3"}, false},
      {{"~ ^192[.]0[.]2[.]"}, true},
      {{"~ ^10[.]"}, false},
      {{"!= 192.0.2.3"}, true},
      {{"!= 192.0.2.2"}, false},
      {{"!~ ^10[.]"}, true},
      {{"!~ 2$"}, false},
  };
  const scripted_server server(answers_with({a("192.0.2.2"), a("192.0.2.1")}));  // shown in order
  for (const auto& r : rows) {
    CAPTURE(r.all.front());
    std::vector<raw_value> list;
    for (const auto& each : r.all) list.push_back(text(each));
    const auto out = probe_servers({server.address()}, {{"expect", raw_value::list(list)}});
    CAPTURE(out.message);
    CHECK((out.verdict == verdict::pass) == r.met);
    if (!r.met) CHECK(contains(out.message, "the A records are 192.0.2.1, 192.0.2.2, expected " + r.all.back()));
  }
}

TEST_CASE("dns: a truncated response is repeated over TCP") {
  std::vector<std::string> many;
  for (int i = 0; i < 200; ++i) many.push_back(a("192.0.2." + std::to_string(i)));
  const same_descriptors around;
  const scripted_server server(truncates(answers_with(many)));
  const auto out = probe_servers({server.address()});
  CAPTURE(out.message);
  CHECK(out.verdict == verdict::pass);
  CHECK(out.measured("answers") == 200);
  CHECK(server.queries() == 1);
  CHECK(server.tcp_queries() == 1);
}

TEST_CASE("dns: a truncated response of a server without TCP is a failure that says so") {
  const auto out = probe_script(truncates(nothing), {}, ample, false);
  CAPTURE(out.message);
  CHECK(out.reason == reason::refused);
  CHECK(contains(out.message, "its response is truncated, and over TCP: the server refused the connection"));
}

TEST_CASE("dns: with `tcp` no datagram is sent") {
  const scripted_server server(answers_with({a("192.0.2.1")}));
  CHECK(probe_servers({server.address()}, with("tcp", "true")).verdict == verdict::pass);
  CHECK(server.queries() == 0);
  CHECK(server.tcp_queries() == 1);
}

TEST_CASE("dns: a port where nothing listens is refused") {
  asio::io_context io;
  tcp::acceptor bound(io, tcp::v4());
  bound.bind({asio::ip::address_v4::loopback(), 0});  // without listening
  const same_descriptors around;
  for (const char* tcp : {"false", "true"}) {
    const auto out = probe_servers({"127.0.0.1:" + std::to_string(bound.local_endpoint().port())}, with("tcp", tcp));
    CAPTURE(out.message);
    CHECK(out.verdict == verdict::fail);
    CHECK(out.reason == reason::refused);
    CHECK(contains(out.message, "the server refused the connection: nothing listens there"));
  }
}

TEST_CASE("dns: a lost datagram is sent again") {
  std::atomic<int> seen = 0;
  const scripted_server server([&](const std::string& query, bool) -> sending {
    if (seen++ == 0) return {};
    return {{respond(query, {a("192.0.2.1")})}};
  });
  const auto lose_one = [&](std::chrono::milliseconds limit) {
    seen = 0;
    return probe_servers({server.address()}, {}, limit);
  };
  const auto out = with_enough_time(lose_one, [](const outcome& got) { return got.verdict == verdict::pass; });
  CAPTURE(out.message);
  CHECK(out.verdict == verdict::pass);
  CHECK(seen == 2);
}

TEST_CASE("dns: the right response counts, after lies and a late one") {
  const auto out = probe_script([](const std::string& query, bool) -> sending {
    auto all = other_id(query, false).messages;
    all.push_back(other_question(query, false).messages[0]);
    all.push_back("");
    all.push_back(respond(query, {a("192.0.2.1")}));
    all.push_back(respond(query, {}, 3));
    return {all};
  });
  CAPTURE(out.message);
  CHECK(out.verdict == verdict::pass);
}

TEST_CASE("dns: NXDOMAIN passes where it is expected") {
  const auto out = probe_script(answers_with({}, 3), with("rcode", "NXDOMAIN"));
  CHECK(out.verdict == verdict::pass);
  CHECK(contains(out.message, "NXDOMAIN from 127.0.0.1:"));
  CHECK_FALSE(out.measured("ttl_seconds"));
}

TEST_CASE("dns: the name is queried as it is written") {
  for (const auto* name : {"db", "db.prod", "db.prod.", "_ldap._tcp.example.test"}) {
    CAPTURE(name);
    std::string asked;
    const auto notes = [&](const std::string& query, bool) -> sending {
      asked += question_of(query);
      return {{respond(query, {a("192.0.2.1")})}};
    };
    CHECK(probe_script(notes, with("query", name)).verdict == verdict::pass);
    const std::string_view absolute(name);
    CHECK(asked == labels(absolute.substr(0, absolute.find_last_not_of('.') + 1)) + number16(1) + number16(1));
  }
}

TEST_CASE("dns: a slow response crosses the limit on the latency") {
  auto chosen = fakes::options{{"latency", map_of({{"warn", text("20ms")}, {"fail", text("30s")}})}};
  const auto slow = [](const std::string& query, bool) -> sending {
    std::this_thread::sleep_for(40ms);
    return {{respond(query, {a("192.0.2.1")})}};
  };
  const auto out = probe_script(slow, std::move(chosen), 20s);
  CAPTURE(out.message);
  CHECK(out.verdict == verdict::warn);
  CHECK(out.reason == reason::threshold);
  CHECK(contains(out.message, "(limit 20ms)"));
}

TEST_CASE("dns: the text of a server is shown without control characters") {
  const auto text_record = resource(ns_t_txt, std::string("\x0d") + "v=1\x1b[2J\r\n\xff\xfe\x80!");
  auto chosen = with("record", "TXT");
  chosen.emplace_back("expect", text("v=spf1"));
  const auto out = probe_script(answers_with({text_record}), std::move(chosen));
  CHECK(out.reason == reason::mismatch);
  CHECK(contains(out.message, "v=1?[2J??"));
}
