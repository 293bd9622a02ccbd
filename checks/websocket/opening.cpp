// The steps of opening, one coroutine each.
#include "websocket/opening.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include <fmt/format.h>
#include <boost/asio/error.hpp>

#include <telltale/units.hpp>

#include "websocket/declined.hpp"
#include "websocket/explain.hpp"
#include "websocket/first_bytes.hpp"
#include "websocket/reply.hpp"

namespace telltale::websocket {
namespace {

namespace asio = boost::asio;
using endpoint_list = std::vector<asio::ip::tcp::endpoint>;

std::string text_of(const asio::ip::tcp::endpoint& endpoint) {
  const auto address = endpoint.address().to_string();
  return endpoint.address().is_v6() ? fmt::format("[{}]:{}", address, endpoint.port())
                                    : fmt::format("{}:{}", address, endpoint.port());
}

asio::awaitable<maybe_failure> resolve(run& now, endpoint_list& into) {
  const stopwatch watch(now.found);
  const auto& url = now.what.options.url;
  auto found = co_await now.ctx.names->resolve(url.host, url.port, now.until);
  watch.stop("resolve_seconds");
  if (found.remembered) now.remark = " (the name lookup failed: the last known address was used)";
  into = std::move(found.endpoints);
  if (!into.empty()) co_return std::nullopt;
  failure failed{found.timed_out ? reason::timeout : reason::dns, std::move(found.error)};
  if (failed.sentence.empty()) failed.sentence = url.host + " does not resolve";
  co_return failed;
}

/// Every address gets an even share of the time left, so that a silent first one does not use it up.
asio::awaitable<maybe_failure> connect(run& now, const endpoint_list& endpoints) {
  constexpr std::size_t most = 8;
  const auto count = std::min(endpoints.size(), most);
  const stopwatch watch(now.found);
  maybe_failure worst;
  for (std::size_t i = 0; i < count; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    const auto slice = begin + (now.until - begin) / static_cast<int>(count - i);
    const auto error = co_await now.line.connect(endpoints[i], slice);
    if (!error) {
      watch.stop("connect_seconds");
      co_return std::nullopt;
    }
    auto failed = explain_connect(error, text_of(endpoints[i]), now.budget);
    if (!worst || tells_more(failed, *worst)) worst = std::move(failed);
  }
  if (count > 1) worst->sentence += fmt::format(" ({} addresses tried)", count);
  co_return worst;
}

void judge_certificate(run& now, std::chrono::milliseconds left) {
  const auto& limit = now.what.options.certificate;
  now.found.measure("certificate_expiry_seconds", to_seconds(left));
  const auto v = judge(left, limit);
  if (v == verdict::pass) return;
  const auto when = left.count() < 0 ? "has expired" : "expires in " + human_duration(left);
  now.found.add(v, reason::threshold,
                fmt::format("{}: the server's certificate {} (limit {})", shown(now.what.options.url), when,
                            to_text(crossed(limit, v))));
}

asio::awaitable<maybe_failure> start_tls(run& now) {
  const stopwatch watch(now.found);
  auto done = co_await now.line.secure(*now.what.tls, now.until);
  if (done.error == asio::error::timed_out) co_return timed_out(phase::tls, now.budget);
  if (done.error) co_return failure{reason::tls, std::move(done.sentence)};
  watch.stop("tls_seconds");
  if (done.certificate_left) judge_certificate(now, *done.certificate_left);
  co_return std::nullopt;
}

/// Reads until the head is complete; what follows it stays in `bytes` behind `head`.
asio::awaitable<maybe_failure> read_head(run& now, std::string& bytes, std::size_t& head) {
  std::array<char, 2048> chunk;
  while ((head = head_length(bytes)) == 0 && bytes.size() <= max_head) {
    const auto got = co_await now.line.read_some(chunk, now.until);
    if (got.error) {
      auto failed = explain_broken(got.error, phase::handshake, bytes.size(), now.budget);
      if (failed.why == reason::refused && !now.what.tls)
        failed.sentence += " (possible causes: TLS on this port, a proxy that cannot reach its backend)";
      co_return failed;
    }
    bytes.append(chunk.data(), got.bytes);
    if (auto failed = judge_first_bytes(bytes)) co_return failed;
  }
  if (head != 0 && head <= max_head) co_return std::nullopt;
  co_return failure{reason::protocol, "the header of the handshake reply is longer than 8 KiB"};
}

/// A 400 to plain HTTP may come from a server that speaks TLS here, which only its body says: that is read for a
/// moment.
asio::awaitable<bool> body_asks_for_tls(run& now, std::string bytes, std::size_t head) {
  constexpr std::size_t most = 4096;
  const auto body = [&] { return std::string_view(bytes).substr(head, most); };
  const bool bad_request = std::string_view(bytes).substr(0, head).find(" 400") == std::string_view("HTTP/1.1").size();
  if (now.what.tls || !bad_request) co_return false;
  const auto until = std::min(now.until, std::chrono::steady_clock::now() + std::chrono::milliseconds(250));
  std::array<char, 2048> chunk;
  while (body().size() < most && !says_that_tls_is_spoken(body())) {
    const auto got = co_await now.line.read_some(chunk, until);
    if (got.error) break;
    bytes.append(chunk.data(), got.bytes);
  }
  co_return says_that_tls_is_spoken(body());
}

std::string offered(const std::vector<offered_subprotocol>& subprotocols) {
  std::string out;
  for (const auto& each : subprotocols) out += (out.empty() ? "" : ", ") + each.name;
  return out;
}

asio::awaitable<maybe_failure> handshake(run& now, std::string& leftover) {
  const stopwatch watch(now.found);
  const auto key = make_key();
  const expected_reply expected{accept_for(key), now.what.subprotocols};
  const auto request =
      make_request(now.what.options.url.target, now.what.host, key, offered(now.what.subprotocols), now.what.headers);
  const auto error = co_await now.line.write(request, now.until);
  if (error) co_return explain_broken(error, phase::handshake, 0, now.budget);
  std::string bytes;
  std::size_t head = 0;
  auto failed = co_await read_head(now, bytes, head);
  if (failed) co_return failed;
  watch.stop("handshake_seconds");
  leftover = bytes.substr(head);
  failed = judge_reply(std::string_view(bytes).substr(0, head), expected, now.what.secrets);
  if (!failed) co_return std::nullopt;
  const bool wants_tls = co_await body_asks_for_tls(now, std::move(bytes), head);
  if (wants_tls) failed = speaks_tls();
  co_return failed;
}

}  // namespace

asio::awaitable<maybe_failure> open_websocket(run& now, std::string& leftover) {
  endpoint_list endpoints;
  auto failed = co_await resolve(now, endpoints);
  if (!failed) failed = co_await connect(now, endpoints);
  if (!failed && now.what.tls) failed = co_await start_tls(now);
  if (!failed) failed = co_await handshake(now, leftover);
  co_return failed;
}

}  // namespace telltale::websocket
