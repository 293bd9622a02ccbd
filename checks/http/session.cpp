// Implements the steps of a session, one coroutine each.
#include "http/session.hpp"

#include <chrono>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "http/exchange.hpp"
#include "http/explain_status.hpp"
#include "http/headers.hpp"
#include "http/health_report.hpp"
#include "http/judge_reply.hpp"
#include "http/status.hpp"

namespace telltale::web {
namespace {

namespace asio = boost::asio;
constexpr std::chrono::milliseconds a_moment{250};

bool failed(const finding& f) { return f.verdict == verdict::fail; }

struct visited {
  finding found;
  unsigned redirect = 0;  ///< the status, when it is a redirect to follow
  std::string location;
};

class session {
 public:
  session(net::run& now, const plan& what, std::string& healthy) : now_(now), what_(what), healthy_(healthy) {}

  /// One request and its reply. `redirects_left`: a redirect is returned instead of judged.
  asio::awaitable<visited> go(net::kept_connection& kept, const visit& to, bool redirects_left) {
    http::exchange talk(now_, kept, to.target, to.request);
    visited out;
    out.found = co_await talk.begin();
    if (failed(out.found)) co_return out;
    const auto status = talk.head().status;
    now_.found.measure("status_code", status);
    const auto location = talk.head().value("Location").value_or("");
    if (redirects_left && http::is_redirect(status) && !location.empty()) {
      out.redirect = status;
      out.location = location;
      http::body_sink sink(ignore);
      const auto drained = co_await talk.read_body(what_.options.max_body.count, std::move(sink));
      if (!failed(drained)) co_await talk.end();
      co_return out;
    }
    if (is_expected(status, what_.options.status)) out.found = co_await judge_expected(talk);
    else out.found = co_await explain_other(talk, to.target.tls.has_value());
    if (!failed(out.found)) co_await talk.end();
    co_return out;
  }

 private:
  static bool ignore(std::string_view) { return true; }

  asio::awaitable<finding> judge_expected(http::exchange& talk) {
    std::string body;
    const bool wanted = what_.options.expects_body() || is_health_report(talk.head());
    auto sink = wanted ? http::into(body) : http::body_sink(ignore);
    auto found = co_await talk.read_body(what_.options.max_body.count, std::move(sink));
    if (failed(found)) co_return found;
    now_.found.measure("body_bytes", static_cast<double>(talk.body_bytes()));
    const auto& secrets = what_.request.secrets;
    found = judge_headers(talk.head(), what_.options, secrets);
    if (!failed(found)) found = judge_body(talk.head(), body, talk.cut(), what_.options, secrets);
    healthy_ = http::status_text(talk.head().status);
    if (what_.options.expects_body()) healthy_ += ", body as expected";
    co_return found;
  }

  /// The status is known; the body may explain it, if it arrives at once.
  asio::awaitable<finding> explain_other(http::exchange& talk, bool over_tls) {
    std::string body;
    if (body_explains(talk.head(), over_tls)) {
      talk.expire_by(std::chrono::steady_clock::now() + a_moment);
      auto sink = http::into(body);
      co_await talk.read_body(what_.options.max_body.count, std::move(sink));
    }
    const asked by{over_tls,
                   what_.with_credentials,
                   over_tls && now_.client_certificate_wanted && !what_.options.request.tls.cert_file,
                   what_.options.redirects.most,
                   what_.options.status,
                   what_.request.secrets};
    co_return explain_status(talk.head(), body, by);
  }

  net::run& now_;
  const plan& what_;
  std::string& healthy_;
};

}  // namespace

asio::awaitable<finding> hold_session(net::run& now, const plan& what, net::kept_connection& kept,
                                      std::string& healthy) {
  healthy.clear();
  session steps(now, what, healthy);
  visit at = what.first;
  auto out = co_await steps.go(kept, at, what.options.redirects.most > 0);
  for (unsigned hops = 1; out.redirect != 0; ++hops) {
    auto next = follow(what, at, out.redirect, out.location);
    if (failed(next.failed)) co_return next.failed;
    at = std::move(next.to);
    net::kept_connection once(std::chrono::milliseconds(0));
    out = co_await steps.go(once, at, hops < what.options.redirects.most);
    const auto where =
        fmt::format("after a redirect to {}: ", without_secrets(http::shown(at.url), what.request.secrets));
    out.found.sentence.insert(0, where);
    healthy.insert(0, where);
  }
  co_return out.found;
}

}  // namespace telltale::web
