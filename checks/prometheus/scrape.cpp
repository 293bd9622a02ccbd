// Implements the request and the judgement of its reply.
#include "prometheus/scrape.hpp"

#include <utility>

#include <fmt/format.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <telltale/units.hpp>

#include "base/ascii.hpp"
#include "base/words.hpp"
#include "http/unexpected_status.hpp"
#include "net/renewal.hpp"

namespace telltale::prometheus {
namespace {

namespace asio = boost::asio;

/// The order of Prometheus, so that both see the same names: OpenMetrics adds `_total` to the names of counters.
constexpr const char* accept = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.6,*/*;q=0.1";

/// What has to be left of the time of a run for another page.
constexpr std::chrono::milliseconds time_for_page{500};

std::string_view media_type(const net::reply_head& head) {
  auto value = head.value("content-type").value_or("");
  return trimmed(take_until(value, ';'));
}

/// Why the body of this reply is not a page that can be read.
finding judge_head(const net::reply_head& head, bool with_credentials, const secret_list& secrets) {
  if (head.status != 200) return http::unexpected_status(head, with_credentials, secrets);
  const auto coding = head.value("content-encoding").value_or("identity");
  if (!equal_ignoring_case(coding, "identity") && !coding.empty())
    return net::failure(reason::protocol, "the page is compressed, which the request did not allow");
  if (equal_ignoring_case(media_type(head), "application/vnd.google.protobuf"))
    return net::failure(reason::mismatch, "the server sent protobuf instead of the text format, which was requested");
  return {};
}

}  // namespace

void try_secrets(const prometheus_options& options) {
  http::request_plan ignored;
  http::read_secrets(options.request, ignored);
}

scraper::scraper(prometheus_options options)
    : options_(std::move(options)),
      request_(http::make_request_plan(options_.request)),
      connection_(options_.request.kept.reconnect),
      earlier_(options_.rate_window) {
  write_request();
}

/// Without Accept-Encoding a server may compress.
void scraper::write_request() {
  const net::header_list defaults{{"Accept", accept}, {"Accept-Encoding", "identity"}};
  bytes_ = http::write_request(request_, "GET", defaults, connection_.keeps());
}

/// Returns whether the request has changed.
bool scraper::read_secrets() {
  const auto before = bytes_;
  http::read_secrets(options_.request, request_);
  write_request();
  return bytes_ != before;
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
  net::attempt_function attempt = [&] { return request_page(now, out); };
  net::read_function read;
  if (http::has_secrets(options_.request)) read = [this] { return read_secrets(); };
  out.failed = co_await net::with_current_secrets(now, std::move(attempt), std::move(read));
  co_return out;
}

asio::awaitable<bool> scraper::wait_for_rates(async_context ctx) const {
  if (earlier_.empty()) co_return false;
  const auto now = boot_clock::now();
  const auto pause = earlier_.ready_at(now) - now;
  if (pause <= std::chrono::nanoseconds(0)) co_return false;  // it is the series that are new
  asio::steady_timer timer(ctx.executor, std::chrono::steady_clock::now() + pause);
  if (timer.expiry() + time_for_page >= ctx.deadline) co_return false;
  const auto [error] = co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
  co_return !error;
}

asio::awaitable<finding> scraper::request_page(net::run& now, scraped& into) {
  http::exchange exchange(now, connection_, request_.target, bytes_);
  auto failed = co_await exchange.begin();
  if (failed.verdict != verdict::pass) co_return failed;
  const auto at = boot_clock::now();
  failed = judge_head(exchange.head(), http::has_secrets(options_.request), request_.secrets);
  if (failed.verdict != verdict::pass) co_return failed;
  const bool openmetrics = equal_ignoring_case(media_type(exchange.head()), "application/openmetrics-text");
  page one(options_.values, earlier_, at, openmetrics, request_.secrets);
  failed = co_await read_page(now, exchange, one);
  into.summary = one.summary();
  if (one.waits()) into.why = reason::idle;
  co_return failed;
}

}  // namespace telltale::prometheus
