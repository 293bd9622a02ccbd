// Implements the phases of opening a stream, one coroutine each.
#include "net/dial.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <boost/asio/error.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include <telltale/units.hpp>

#include "net/socket_stream.hpp"
#include "net/tls_stream.hpp"

namespace telltale::net {
namespace {

namespace asio = boost::asio;
constexpr std::size_t most_addresses = 8;

struct candidate {
  socket_address address;
  std::string shown;
};
using candidate_list = std::vector<candidate>;

bool is_wanted(const asio::ip::tcp::endpoint& found, ip_version ip) {
  return ip == ip_version::any || found.address().is_v6() == (ip == ip_version::v6);
}

asio::awaitable<finding> resolve(run& now, const target& what, candidate_list& into) {
  if (what.to.kind == endpoint::kind_t::unix_socket) {
    into.push_back({asio::local::stream_protocol::endpoint(what.to.path), to_text(what.to)});
    co_return finding();
  }
  const stopwatch watch(now.found);
  auto answer = co_await now.ctx.names->resolve(what.to.host, what.to.port, now.until);
  watch.stop("resolve_seconds");
  if (answer.endpoints.empty()) {
    if (answer.error.empty()) answer.error = what.to.host + " does not resolve";
    co_return failure(answer.timed_out ? reason::timeout : reason::dns, std::move(answer.error));
  }
  for (const auto& found : answer.endpoints)
    if (is_wanted(found, what.ip) && into.size() < most_addresses)
      into.push_back({found, host_and_port(found.address().to_string(), found.port())});
  if (into.empty())
    co_return failure(reason::dns,
                      fmt::format("{} has no IPv{} address", what.to.host, what.ip == ip_version::v4 ? 4 : 6));
  if (answer.remembered) now.remark = " (the name lookup failed: the last known address was used)";
  co_return finding();
}

/// Each address gets an equal share of the remaining time, so that an unresponsive first one cannot use all of it.
asio::awaitable<finding> connect_any(run& now, const candidate_list& all, int type, std::unique_ptr<stream>& line) {
  const stopwatch watch(now.found);
  finding worst;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto begin = std::chrono::steady_clock::now();
    const auto slice = begin + (now.until - begin) / static_cast<int>(all.size() - i);
    auto made = co_await connect(now.ctx.executor, all[i].address, type, slice, now.until);
    if (made.line) {
      line = std::move(made.line);
      watch.stop("connect_seconds");
      co_return finding();
    }
    auto failed = explain_connect(made.error, all[i].shown, now.budget);
    if (i == 0 || tells_more(failed, worst)) worst = std::move(failed);
  }
  if (all.size() > 1) worst.sentence += fmt::format(" ({} addresses tried)", all.size());
  co_return worst;
}

}  // namespace

void judge_certificate(run& now, const expiry_limit& limit) {
  if (!now.certificate) return;
  const auto& [whose, dates] = *now.certificate;
  const auto today = current_time();
  now.found.measure("certificate_expiry_seconds", static_cast<double>((dates.until - today).count()));
  if (auto found = judge_expiry(whose, dates, limit, today); found.verdict != verdict::pass) now.add(std::move(found));
}

asio::awaitable<finding> start_tls(run& now, std::unique_ptr<stream>& line, const tls_client& client,
                                   tls_facts* facts) {
  const stopwatch watch(now.found);
  auto done = co_await secure(std::move(line), client);
  if (done.error == asio::error::timed_out) co_return timed_out(words_of(phase::tls), now.budget);
  if (done.error) co_return failure(reason::tls, std::move(done.sentence));
  watch.stop("tls_seconds");
  now.certificate = done.facts.first_expiry;
  now.client_certificate_wanted = done.facts.client_certificate_wanted;
  judge_certificate(now, client.options.certificate);
  if (done.other_protocol)
    co_return failure(
        reason::protocol,
        fmt::format("the server did not select the protocol {} in the TLS handshake (ALPN)", client.protocol));
  line = std::move(done.line);
  if (facts) *facts = std::move(done.facts);
  co_return finding();
}

asio::awaitable<dialed> dial(run& now, const target& what) {
  dialed out;
  candidate_list candidates;
  out.failed = co_await resolve(now, what, candidates);
  if (out.failed.verdict != verdict::pass) co_return out;
  out.where = phase::connect;
  const int type = what.to.kind == endpoint::kind_t::udp ? SOCK_DGRAM : SOCK_STREAM;
  out.failed = co_await connect_any(now, candidates, type, out.line);
  if (!out.line || !what.tls) co_return out;
  out.where = phase::tls;
  if (what.starttls) out.failed = co_await negotiate_starttls(now, *out.line, *what.starttls);
  if (what.tls_optional && out.failed.reason == reason::tls) {  // the server has declined, and nothing else
    out.failed = {};
    co_return out;
  }
  if (out.failed.verdict == verdict::pass) out.failed = co_await start_tls(now, out.line, *what.tls, &out.facts);
  else out.line.reset();
  co_return out;
}

std::vector<measurement_info> dial_measurements(bool with_tls) {
  std::vector<measurement_info> out{{"resolve_seconds", "Time to find the server's address."},
                                    {"connect_seconds", "Time to open the connection."}};
  if (!with_tls) return out;
  out.push_back({"tls_seconds", "Time of the TLS handshake."});
  out.push_back({"certificate_expiry_seconds", "Time until the first certificate of the server's chain expires."});
  return out;
}

}  // namespace telltale::net
