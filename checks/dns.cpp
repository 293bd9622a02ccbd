// The dns check: queries each name server for a record and judges their responses.
#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include <telltale/async_check.hpp>
#include <telltale/check_type.hpp>
#include <telltale/clock.hpp>

#include "dns/ask.hpp"
#include "dns/judge.hpp"
#include "dns/options.hpp"
#include "dns/system_servers.hpp"
#include "net/explain.hpp"

namespace telltale {
namespace {

namespace asio = boost::asio;

/// Data of one check that is created once and used by every run.
struct plan {
  explicit plan(dns_options chosen) : options(std::move(chosen)), asked(options.asked()) {}
  dns_options options;
  dns::question asked;
};

/// The name servers of the system, which a worker reads. Empty after adding why they cannot be read.
asio::awaitable<std::vector<dns::name_server>> system_servers(net::run& now) {
  auto read = co_await now.ctx.part->run(now.until);
  if (read.verdict == verdict::pass) co_return dns::servers_in(read.message);
  if (read.reason == reason::timeout || read.reason == reason::stuck)
    read.message = "the name servers of the system could not be read: " + read.message;
  now.add(net::failure(read.reason, std::move(read.message)));
  co_return std::vector<dns::name_server>();
}

void measure(findings& into, const std::vector<dns::reply>& replies, const std::vector<dns::judgement>& all) {
  std::size_t failed = 0;
  std::optional<std::size_t> records;
  std::optional<std::uint32_t> ttl;
  std::optional<std::chrono::nanoseconds> slowest;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i].found.verdict == verdict::fail) ++failed;
    if (!replies[i].message.empty()) slowest = std::max(slowest.value_or(replies[i].took), replies[i].took);
    if (all[i].usable) records = std::min(records.value_or(all[i].records), all[i].records);
    if (all[i].ttl) ttl = std::min(ttl.value_or(*all[i].ttl), *all[i].ttl);
  }
  into.measure("servers", static_cast<double>(all.size()));
  into.measure("servers_failed", static_cast<double>(failed));
  if (records) into.measure("answers", static_cast<double>(*records));
  if (slowest) into.measure("query_seconds", to_seconds(*slowest));
  if (ttl) into.measure("ttl_seconds", static_cast<double>(*ttl));
}

void judge_latency(net::run& now, const std::vector<dns::reply>& replies, const dns_options& of) {
  std::chrono::nanoseconds slowest{0};
  for (const auto& each : replies)
    if (!each.message.empty()) slowest = std::max(slowest, each.took);
  now.judge_duration(slowest, of.latency);
}

/// "2 A records from 10.0.0.2, 10.0.0.3", "NXDOMAIN from 10.0.0.2, as expected".
std::string healthy_text(const std::vector<dns::judgement>& all, const std::vector<dns::name_server>& servers,
                         const dns_options& of) {
  std::vector<std::string> names;
  std::optional<std::size_t> records;
  for (std::size_t i = 0; i < all.size(); ++i) {
    names.push_back(dns::to_text(servers[i]));
    records = std::min(records.value_or(all[i].records), all[i].records);
  }
  const auto from = dns::names_of(names);
  if (of.rcode != dns::rcode::noerror)
    return fmt::format("{} from {}, as expected", option_traits<dns::rcode>::text(of.rcode), from);
  return fmt::format("{} from {}", dns::count_text(records.value_or(0), of.record), from);
}

asio::awaitable<outcome> run_once(std::shared_ptr<const plan> what, async_context ctx) {
  net::run now(std::move(ctx), what->options.query);
  auto servers = what->options.servers;
  if (servers.empty()) servers = co_await system_servers(now);
  if (servers.empty()) co_return std::move(now).result("");
  const auto replies = co_await dns::ask(now, what->asked, servers);
  std::vector<dns::judgement> all;
  all.reserve(replies.size());
  for (const auto& each : replies) all.push_back(dns::judge_reply(each, what->options, now.budget));
  for (auto& found : dns::judge_servers(all, servers)) now.add(std::move(found));
  measure(now.found, replies, all);
  judge_latency(now, replies, what->options);
  co_return std::move(now).result(healthy_text(all, servers, what->options));
}

class dns_check final : public async_check {
 public:
  explicit dns_check(dns_options options) : plan_(std::make_shared<const plan>(std::move(options))) {}
  asio::awaitable<outcome> probe(async_context ctx) override { return run_once(plan_, std::move(ctx)); }

 private:
  std::shared_ptr<const plan> plan_;
};

}  // namespace

namespace checks {

check_type dns() {
  return async_type_with_part<dns_check, dns::system_servers, dns_options>({
      .name = "dns",
      .summary = "Asks each name server for a record.",
      .proves = "Each name server answers, and a response has the expected code and records.",
      .does_not_prove = "That an application gets this answer: it may use /etc/hosts, search domains or a cache.",
      .measurements = {{"answers", "Records of the requested type in the response that has the fewest."},
                       {"servers", "Name servers that were asked."},
                       {"servers_failed", "Name servers without the expected response."},
                       {"query_seconds", "Time until the slowest response."},
                       {"ttl_seconds", "Lowest time to live of the records in a response."}},
  });
}

}  // namespace checks
}  // namespace telltale
