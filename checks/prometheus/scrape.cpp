// Implements the request and the judgement of its reply.
#include "prometheus/scrape.hpp"

#include <utility>

#include <fmt/format.h>

#include <telltale/units.hpp>

#include "base/ascii.hpp"
#include "base/words.hpp"
#include "http/judge_status.hpp"

namespace telltale::prometheus {
namespace {

namespace asio = boost::asio;

/// The order of Prometheus, so that both see the same names: OpenMetrics adds `_total` to the names of counters.
constexpr const char* accept = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.6,*/*;q=0.1";

std::string_view media_type(const net::reply_head& head) {
  auto value = head.value("content-type").value_or("");
  return trimmed(take_until(value, ';'));
}

/// Why the body of this reply is not a page that can be read.
finding judge_head(const net::reply_head& head, const secret_list& secrets) {
  if (head.status != 200) return http::unexpected_status(head, secrets);
  const auto coding = head.value("content-encoding").value_or("identity");
  if (!equal_ignoring_case(coding, "identity") && !coding.empty())
    return net::failure(reason::protocol, "the page is compressed, which the request did not allow");
  if (equal_ignoring_case(media_type(head), "application/vnd.google.protobuf"))
    return net::failure(reason::mismatch, "the server sent protobuf instead of the text format, which was requested");
  return {};
}

}  // namespace

scraper::scraper(prometheus_options options)
    : options_(std::move(options)),
      request_(http::make_request_plan(options_.request)),
      connection_(options_.request.kept.reconnect) {
  bytes_ = http::write_request(request_, "GET", {{"Accept", accept}}, connection_.keeps());
}

/// Reads the page and evaluates it. Where the page is not valid, that is more specific than how its transfer ended.
asio::awaitable<finding> scraper::read_page(net::run& now, http::exchange& exchange, page& into) {
  const auto most = static_cast<std::size_t>(options_.max_page.count);
  http::body_sink sink = [&into](std::string_view piece) { return into.feed(piece); };
  auto failed = co_await exchange.read_body(most + 1, std::move(sink));
  now.found.measure("page_bytes", static_cast<double>(exchange.body_bytes()));
  now.found.measure("samples", static_cast<double>(into.samples()));
  if (!into.stopped() && failed.verdict != verdict::pass) co_return failed;
  if (!into.stopped() && exchange.body_bytes() > most)
    co_return net::failure(reason::threshold,
                           fmt::format("the page is larger than {} (max_page)", to_text(options_.max_page)));
  const bool valid = !into.stopped();
  failed = into.finish(now.found, earlier_);
  if (valid) co_await exchange.end();
  co_return failed;
}

asio::awaitable<scraped> scraper::scrape(net::run& now) {
  scraped out;
  http::exchange exchange(now, connection_, request_.target, bytes_);
  out.failed = co_await exchange.begin();
  if (out.failed.verdict != verdict::pass) co_return out;
  const auto at = boot_clock::now();
  out.failed = judge_head(exchange.head(), request_.secrets);
  if (out.failed.verdict != verdict::pass) co_return out;
  const bool openmetrics = equal_ignoring_case(media_type(exchange.head()), "application/openmetrics-text");
  page one(options_.values, earlier_, at, openmetrics, request_.secrets);
  out.failed = co_await read_page(now, exchange, one);
  out.summary = one.summary();
  if (one.waits()) out.why = reason::idle;
  co_return out;
}

}  // namespace telltale::prometheus
