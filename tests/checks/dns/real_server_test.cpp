// The dns check against name servers that are not ours: dnsmasq and unbound.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "checks/dns/scripted_server.hpp"
#include "fakes/server_program.hpp"
#include "fakes/temp_folder.hpp"

using namespace telltale;
using namespace telltale::fakes;

namespace {

/// Free over UDP and TCP at the moment.
std::string free_port() {
  asio::io_context io;
  for (;;) {
    const tcp::acceptor taken(io, {asio::ip::address_v4::loopback(), 0});
    udp::socket also(io, udp::v4());
    boost::system::error_code error;
    also.bind({asio::ip::address_v4::loopback(), taken.local_endpoint().port()}, error);
    if (!error) return std::to_string(taken.local_endpoint().port());
  }
}

/// The program on a free port. Another process may take that port first: then another one is tried.
class name_server_program {
 public:
  using arguments_for = std::function<std::vector<std::string>(const std::string& port)>;
  name_server_program(const program_location& where, const arguments_for& arguments, std::string_view ready) {
    for (int attempt = 0; attempt < 5 && !(program_ && program_->running()); ++attempt) {
      port_ = free_port();
      program_ = std::make_unique<server_program>(where, arguments(port_), ready);
    }
    CAPTURE(program_->said());
    REQUIRE(program_->running());
  }
  std::string address() const { return "127.0.0.1:" + port_; }

 private:
  std::string port_;
  std::unique_ptr<server_program> program_;
};

std::string long_text(char of) { return std::string(250, of); }

std::vector<std::string> dnsmasq_arguments(const std::string& port) {
  std::vector<std::string> out{
      "--no-daemon",
      "--conf-file=/dev/null",
      "--pid-file=",
      "--log-facility=-",
      "--listen-address=127.0.0.1",
      "--bind-interfaces",
      "--no-resolv",
      "--no-hosts",
      "--port=" + port,
      "--local=/example.test/",
      "--host-record=app.example.test,192.0.2.1,2001:db8::1",
      "--cname=alias.example.test,app.example.test",
      "--mx-host=example.test,mail.example.test,10",
      "--srv-host=_sip._tcp.example.test,sip.example.test,5060,1,5",
      "--ptr-record=1.2.0.192.in-addr.arpa,app.example.test",
      "--txt-record=example.test,v=spf1 -all",
      fmt::format("--txt-record=big.example.test,{},{},{}", long_text('a'), long_text('b'), long_text('c'))};
  if (::geteuid() == 0) out.insert(out.end(), {"--user=nobody", "--group=nogroup"});
  return out;
}

std::string unbound_configuration(const std::string& port) {
  auto out = fmt::format(
      "server:\n interface: 127.0.0.1\n port: {}\n chroot: \"\"\n pidfile: \"\"\n use-syslog: no\n logfile: \"\"\n"
      " do-daemonize: no\n verbosity: 1\n do-ip6: no\n module-config: iterator\n"
      " directory: /\n local-zone: example.test. static\n local-zone: refused.test. refuse\n"
      " local-zone: 2.0.192.in-addr.arpa. static\n username: \"{}\"\n",
      port, ::geteuid() == 0 ? "nobody" : "");
  for (const auto* record : {"app.example.test. A 192.0.2.1", "app.example.test. AAAA 2001:db8::1",
                             "alias.example.test. CNAME app.example.test.", "example.test. MX 10 mail.example.test.",
                             "example.test. NS ns1.example.test.",
                             "example.test. SOA ns1.example.test. admin.example.test. 2024 7200 3600 1209600 300",
                             "_sip._tcp.example.test. SRV 1 5 5060 sip.example.test.",
                             "1.2.0.192.in-addr.arpa. PTR app.example.test.", "example.test. TXT \"v=spf1 -all\""})
    out += fmt::format(" local-data: '{}'\n", record);
  out += fmt::format(" local-data: 'big.example.test. TXT \"{}\" \"{}\" \"{}\"'\n", long_text('a'), long_text('b'),
                     long_text('c'));
  return out +
         "forward-zone:\n name: dead.example.\n forward-addr: 127.0.0.1@1\nremote-control:\n control-enable: no\n";
}

struct row {
  std::string name;
  std::string record;
  fakes::options chosen;
  verdict result;
  reason why;
  const char* words;
};

/// What both servers answer alike.
std::vector<row> common_rows() {
  const auto expect = [](const std::string& wanted) { return fakes::options{{"expect", text(wanted)}}; };
  const auto ok = verdict::pass;
  const auto fail = verdict::fail;
  return {
      {"app.example.test", "A", expect("192.0.2.1"), ok, reason::ok, "1 A record from "},
      {"APP.example.test.", "A", expect("192.0.2.1"), ok, reason::ok, "1 A record from "},
      {"app.example.test", "AAAA", expect("2001:DB8::0:1"), ok, reason::ok, "1 AAAA record from "},
      {"alias.example.test", "CNAME", expect("App.Example.Test."), ok, reason::ok, "1 CNAME record from "},
      {"example.test", "MX", expect("10 mail.example.test"), ok, reason::ok, "1 MX record from "},
      {"_sip._tcp.example.test", "SRV", expect("1 5 5060 sip.example.test"), ok, reason::ok, "1 SRV record from "},
      {"192.0.2.1", "PTR", expect("app.example.test"), ok, reason::ok, "1 PTR record from "},
      {"example.test", "TXT", expect("v=spf1 -all"), ok, reason::ok, "1 TXT record from "},
      {"big.example.test", "TXT", expect(long_text('a') + long_text('b') + long_text('c')), ok, reason::ok, "1 TXT"},
      {"app.example.test", "A", {{"tcp", text("true")}}, ok, reason::ok, "1 A record from "},
      {"app.example.test", "A", expect("192.0.2.2"), fail, reason::mismatch,
       "the A records are 192.0.2.1, expected 192.0.2.2"},
      {"app.example.test", "A", {{"answers", text("2")}}, fail, reason::threshold, "1 A record (limit 2)"},
      {"app.example.test", "MX", {}, fail, reason::missing, "the name has no MX record"},
      {"none.example.test", "A", {}, fail, reason::missing, "the name does not exist (NXDOMAIN)"},
      {"none.example.test", "A", {{"rcode", text("NXDOMAIN")}}, ok, reason::ok, "NXDOMAIN from "},
  };
}

void check_rows(const std::string& server, const std::vector<row>& rows) {
  const same_descriptors around;
  for (const auto& r : rows) {
    CAPTURE(r.name);
    CAPTURE(r.record);
    auto chosen = r.chosen;
    chosen.emplace_back("query", text(r.name));
    chosen.emplace_back("record", text(r.record));
    const auto out = probe_servers({server}, std::move(chosen), 20s);
    CAPTURE(out.message);
    CHECK(out.verdict == r.result);
    CHECK(to_string(out.reason) == to_string(r.why));
    CHECK(contains(out.message, r.words));
  }
}

program_location found_or_skipped(const std::string& name) {
  auto out = find_program(name, "usr/sbin/" + name);
  if (out.path.empty()) MESSAGE("skipped: no " << name << "; scripts/tools.sh unpacks Debian's package");
  return out;
}

}  // namespace

TEST_CASE("dns real servers: dnsmasq") {
  const auto program = found_or_skipped("dnsmasq");
  if (program.path.empty()) return;
  const name_server_program server(program, dnsmasq_arguments, "started, version");
  check_rows(server.address(), common_rows());
  check_rows(server.address(),
             {{"alias.example.test", "A", {{"expect", text("192.0.2.1")}}, verdict::pass, reason::ok, "1 A record"},
              {"elsewhere.test", "A", {}, verdict::fail, reason::refused, "refused the query"}});
}

TEST_CASE("dns real servers: unbound") {
  const auto program = found_or_skipped("unbound");
  if (program.path.empty()) return;
  const temp_folder folder;
  const name_server_program server(
      program,
      [&](const std::string& port) {
        return std::vector<std::string>{"-d", "-p", "-c", folder.write("unbound.conf", unbound_configuration(port))};
      },
      "start of service");
  check_rows(server.address(), common_rows());
  const auto soa = "ns1.example.test admin.example.test 2024 7200 3600 1209600 300";
  check_rows(server.address(),
             {{"example.test", "SOA", {{"expect", text(soa)}}, verdict::pass, reason::ok, "1 SOA record from "},
              {"example.test", "NS", {{"expect", text("ns1.example.test")}}, verdict::pass, reason::ok, "1 NS record"},
              {"www.refused.test", "A", {}, verdict::fail, reason::refused, "refused the query (REFUSED)"},
              {"www.dead.example", "A", {}, verdict::fail, reason::dns, "could not answer (SERVFAIL)"}});
}

TEST_CASE("dns real servers: one that has ended is a warning beside one that answers") {
  const auto program = found_or_skipped("dnsmasq");
  if (program.path.empty()) return;
  const name_server_program server(program, dnsmasq_arguments, "started, version");
  auto ended = std::make_unique<name_server_program>(program, dnsmasq_arguments, "started, version");
  const std::vector<std::string> servers{ended->address(), server.address()};
  CHECK(probe_servers(servers).verdict == verdict::pass);
  ended.reset();
  const auto out = probe_servers(servers);
  CAPTURE(out.message);
  CHECK(out.verdict == verdict::warn);
  CHECK(out.reason == reason::refused);
  CHECK(contains(out.message, "name server " + servers[0] + ": the server refused the connection"));
}
