// The prometheus check: requests a metrics page and compares values on it.
#include <exception>
#include <memory>
#include <utility>

#include <telltale/async_check.hpp>
#include <telltale/check_type.hpp>

#include "net/renewal.hpp"
#include "prometheus/options.hpp"
#include "prometheus/scrape.hpp"

namespace telltale {
namespace {

boost::asio::awaitable<outcome> evaluate_page(std::shared_ptr<prometheus::scraper> with, async_context ctx) {
  net::run now(std::move(ctx), with->shown());
  prometheus::scraped result;
  try {
    result = co_await with->scrape(now);
  } catch (const std::exception& e) {
    result.failed = net::failure(reason::internal, e.what());
  }
  now.add(std::move(result.failed));
  now.judge_latency(with->latency());
  co_return std::move(now.found).result(now.shown + ": " + result.summary + now.remark, result.why);
}

/// The first run may have time for a second page, without which no rate is known.
boost::asio::awaitable<outcome> run_once(std::shared_ptr<prometheus::scraper> with, async_context ctx) {
  auto out = co_await evaluate_page(with, ctx);
  if (out.reason != reason::pending) co_return out;
  if (co_await with->wait_for_rates(ctx)) out = co_await evaluate_page(with, ctx);
  co_return out;
}

class prometheus_check final : public async_check {
 public:
  explicit prometheus_check(prometheus_options options)
      : scraper_(std::make_shared<prometheus::scraper>(std::move(options))) {}

  boost::asio::awaitable<outcome> probe(async_context ctx) override { return run_once(scraper_, std::move(ctx)); }

  void continue_from(const async_check& before) override {
    if (const auto* same = dynamic_cast<const prometheus_check*>(&before)) scraper_->continue_from(*same->scraper_);
  }

 private:
  std::shared_ptr<prometheus::scraper> scraper_;
};

}  // namespace

namespace checks {

check_type prometheus() {
  return async_type_with_part<
      prometheus_check, net::secrets_part<prometheus_options, telltale::prometheus::try_secrets>, prometheus_options>({
      .name = "prometheus",
      .summary = "Requests a metrics page and compares values on it.",
      .proves = "The exporter answers with a valid page, and the selected values are as expected.",
      .does_not_prove = "That the values are current: a timestamp on the page is not considered.",
      .measurements = telltale::prometheus::common_measurements(),
  });
}

}  // namespace checks
}  // namespace telltale
