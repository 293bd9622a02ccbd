// Requests the metrics page of a check over its kept connection, and evaluates it.
#pragma once

#include <chrono>
#include <string>

#include <boost/asio/awaitable.hpp>

#include <telltale/finding.hpp>

#include "http/exchange.hpp"
#include "http/request.hpp"
#include "net/kept_connection.hpp"
#include "net/run.hpp"
#include "prometheus/options.hpp"
#include "prometheus/page.hpp"

namespace telltale::prometheus {

struct scraped {
  finding failed;
  std::string summary;      ///< of a healthy run
  reason why = reason::ok;  ///< of a healthy run; `idle` while a rate is not known that may be absent
};

/// Reads the secrets of the request and drops them. Throws std::runtime_error with a sentence when one cannot be used.
void try_secrets(const prometheus_options&);

/// The state of one check: its connection, and the page before. Its runs never overlap.
class scraper {
 public:
  /// Throws std::runtime_error with a sentence when a secret or a certificate cannot be used.
  explicit scraper(prometheus_options);

  /// The scraper and the run must outlive the coroutine.
  boost::asio::awaitable<scraped> scrape(net::run&);

  /// After a page without a rate: waits until one can be computed from the next page. False, at once: the time until
  /// the deadline does not suffice.
  boost::asio::awaitable<bool> wait_for_rates(async_context) const;

  /// Rates go on from the pages of another scraper with the same options.
  void continue_from(const scraper& before) { earlier_ = before.earlier_; }

  const std::string& shown() const { return request_.shown; }
  const auto& latency() const { return options_.request.network.latency; }

 private:
  boost::asio::awaitable<finding> request_page(net::run&, scraped& into);
  boost::asio::awaitable<finding> read_page(net::run&, http::exchange&, page&);
  bool read_secrets();
  void write_request();

  prometheus_options options_;
  http::request_plan request_;
  std::string bytes_;  ///< of the request
  net::kept_connection connection_;
  page_history earlier_;
};

}  // namespace telltale::prometheus
