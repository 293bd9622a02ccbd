// Implements the router: authorisation, path lookup, negotiation and rendering.
#include <array>
#include <exception>
#include <utility>

#include <fmt/format.h>

#include "render/render.hpp"
#include "routes/authorization.hpp"
#include "routes/body_cache.hpp"
#include "routes/filtered_gate.hpp"
#include "routes/gzip.hpp"
#include "routes/help_text.hpp"
#include "routes/metrics_cache.hpp"
#include "routes/negotiation.hpp"
#include "routes/paths.hpp"
#include "routes/routes.hpp"
#include "routes/target.hpp"

namespace telltale {
namespace {

constexpr std::string_view plain_text = "text/plain; charset=utf-8";
constexpr std::string_view other = "other";

constexpr std::array gate_offers{offer{"application/health+json", "", "application/health+json"},
                                 offer{"application/json", "", "application/json"},
                                 offer{"text/plain", "", plain_text}};
constexpr std::array index_offers{gate_offers[0], gate_offers[1], gate_offers[2], offer{"text/html", "", plain_text}};
constexpr std::array checks_offers{offer{"application/json", "", "application/json"},
                                   offer{"text/plain", "", plain_text}};
constexpr std::array metrics_offers{
    offer{"text/plain", "0.0.4", "text/plain; version=0.0.4; charset=utf-8"},
    offer{"application/openmetrics-text", "1.0.0", "application/openmetrics-text; version=1.0.0; charset=utf-8"}};

reply text_reply(int status, std::string_view path_label, std::string body) {
  reply out;
  out.status = status;
  out.content_type = plain_text;
  out.path_label = path_label;
  out.body = std::make_shared<const std::string>(std::move(body));
  return out;
}

// The content type selects the representation; ?verbose overrides Accept.
std::string_view chosen_type(const request& asked, const parsed_target& target, std::span<const offer> offers) {
  return target.verbose ? plain_text : offers[preferred_offer(asked.accept, offers)].content_type;
}

body_form form_of(std::string_view content_type) {
  return content_type == plain_text ? body_form::text : body_form::json;
}

// Allocated at start-up, because it is needed when memory has run out.
const auto no_answer = std::make_shared<const std::string>("Internal error.\n");

class request_handler {
 public:
  request_handler(const router::options& options, body_cache& cache, const request& asked,
                  const snapshot_source& snapshot_now)
      : options_(options), cache_(cache), asked_(asked), snapshot_now_(snapshot_now) {
    trusted_ = asked.loopback || carries_token(asked.authorization, options.token);
    level_ = trusted_ ? details::full : options.details;
  }

  reply gate(telltale::gate which, const parsed_target& target, std::string_view label) {
    const auto snap = snapshot_now_();
    const gate_filter filter{{target.only.begin(), target.only.end()},
                             {target.excluded.begin(), target.excluded.end()}};
    const auto state =
        filter.is_empty() ? snap->of(which).state : filtered_gate(*snap, which, filter, options_.ready_without_checks);
    reply out;
    out.status = state.state == verdict::fail ? 503 : 200;
    out.content_type = chosen_type(asked_, target, gate_offers);
    out.path_label = label;
    const auto form = form_of(out.content_type);
    const auto make = [&] {
      return form == body_form::text ? gate_text(*snap, which, state, level_, filter)
                                     : gate_health_json(*snap, which, state, level_, filter);
    };
    // Filtered bodies are not cached, because clients could fill the memory with them.
    out.body =
        filter.is_empty() ? cache_.get(snap, {which, form, level_}, make) : std::make_shared<const std::string>(make());
    return out;
  }

  reply checks(const parsed_target& target, std::string_view label) {
    if (level_ == details::none) return withheld(label);
    const auto snap = snapshot_now_();
    reply out;
    out.status = 200;
    out.content_type = chosen_type(asked_, target, checks_offers);
    out.path_label = label;
    const auto form = form_of(out.content_type);
    out.body = cache_.get(snap, {std::nullopt, form, level_}, [&] {
      return form == body_form::text ? checks_text(*snap, level_) : checks_json(*snap, level_);
    });
    return out;
  }

  reply check(std::string_view name, const parsed_target& target, std::string_view label) {
    if (level_ == details::none) return withheld(label);
    const auto snap = snapshot_now_();
    const auto* view = snap->find(name);
    if (view == nullptr) return text_reply(404, label, unknown_check_text(name, names_in(*snap)));
    const bool is_up = view->status.state == check_state::pass || view->status.state == check_state::warn;
    auto out = text_reply(target.gate && !is_up ? 503 : 200, label, {});
    out.content_type = chosen_type(asked_, target, checks_offers);
    out.body = std::make_shared<const std::string>(form_of(out.content_type) == body_form::text
                                                       ? check_text(*snap, *view, level_)
                                                       : check_json(*snap, *view, level_));
    return out;
  }

  reply metrics(metrics_cache& cache, const router::counters_source& counters_now, std::string_view label) {
    if (options_.metrics == metrics_access::token && !trusted_) return unauthorized(label, "Metrics");
    const auto snap = snapshot_now_();
    const auto chosen = preferred_offer(asked_.accept, metrics_offers);
    const bool in_text = chosen == 0;
    const auto plain = [&] {
      return cache.get(in_text ? metrics_cache::text : metrics_cache::openmetrics, snap, [&] {
        return in_text ? metrics_text(*snap, counters_now()) : metrics_openmetrics(*snap, counters_now());
      });
    };
    const bool compressed = accepts_gzip(asked_.accept_encoding);
    reply out;
    out.status = 200;
    out.path_label = label;
    out.content_type = metrics_offers[chosen].content_type;
    out.body = compressed ? cache.get(in_text ? metrics_cache::text_gzip : metrics_cache::openmetrics_gzip, snap,
                                      [&] { return gzip(*plain()); })
                          : plain();
    if (compressed) out.content_encoding = "gzip";
    return out;
  }

 private:
  // Returns 401 with a challenge when a token is configured, and 403 otherwise.
  reply withheld(std::string_view label) const {
    if (options_.token.empty())
      return text_reply(403, label, "Details are shown on the loopback interface only (server.details is none).\n");
    return unauthorized(label, "Details");
  }

  static reply unauthorized(std::string_view label, std::string_view what) {
    auto out = text_reply(401, label,
                          fmt::format("{} are shown with the bearer token, or on the loopback interface.\n", what));
    out.challenge = "Bearer realm=\"telltale\"";
    return out;
  }

  static std::vector<std::string_view> names_in(const snapshot& snap) {
    std::vector<std::string_view> out;
    for (const auto& view : snap.checks) out.push_back(view->config->settings.name);
    return out;
  }

  const router::options& options_;
  body_cache& cache_;
  const request& asked_;
  const snapshot_source& snapshot_now_;
  bool trusted_ = false;
  details level_ = details::none;
};

/// `/` is the default path of load balancers, and the page that people open.
endpoint wanted_endpoint(const path_row& row, const request& asked, const parsed_target& target) {
  if (row.endpoint != endpoint::index) return row.endpoint;
  const bool html = !target.verbose && preferred_offer(asked.accept, index_offers) == index_offers.size() - 1;
  return target.help || html ? endpoint::index : endpoint::gate;
}

/// Load balancers that send OPTIONS accept every 2xx, so OPTIONS returns 503 where GET would.
bool has_verdict(endpoint what, const parsed_target& target) {
  return what == endpoint::gate || (what == endpoint::one_check && target.gate);
}

reply no_content(std::string_view label) {
  reply out;
  out.status = 204;
  out.path_label = label;
  return out;
}

const std::vector<served>& parts_of(const router::options& options, std::size_t listener) {
  static const std::vector<served> everything{served::gates, served::metrics, served::checks};
  return listener < options.listeners.size() ? options.listeners[listener] : everything;
}

}  // namespace

router::router(options options, counters_source counters)
    : options_(std::move(options)),
      counters_(std::move(counters)),
      cache_(std::make_unique<body_cache>()),
      metrics_(std::make_unique<metrics_cache>()) {}

router::~router() = default;

void router::change(options next) {
  options_ = std::move(next);
  invalidate_metrics();
}

void router::invalidate_metrics() { metrics_->clear(); }

reply router::answer(const request& asked, const snapshot_source& snapshot_now) try {
  const auto target = parse_target(asked.target);
  if (!target) return refusal(400, "The request target is not a well-formed path and query.");
  const auto found = find_path(target->path);
  if (!found) return text_reply(404, other, unknown_path_text(target->path, parts_of(options_, asked.listener)));
  const auto label = found->row.canonical;
  const auto what = wanted_endpoint(found->row, asked, *target);
  if (!serves(parts_of(options_, asked.listener), what))
    return text_reply(404, label, not_served_text(label, options_.listeners[asked.listener]));
  const auto answer_it = [&] { return answer_endpoint(what, *found, *target, asked, snapshot_now); };
  if (asked.method == "GET" || asked.method == "HEAD") return answer_it();
  const bool options = asked.method == "OPTIONS";
  auto out = !options                     ? text_reply(405, label, wrong_method_text(asked.method))
             : has_verdict(what, *target) ? answer_it()
                                          : no_content(label);
  if (out.status == 200) out = no_content(label);
  out.allow = allowed_methods;
  return out;
} catch (const std::exception&) {
  // Usually out of memory. A gate that cannot be evaluated is closed, and the response has no internal details.
  reply out;
  out.status = 500;
  out.content_type = plain_text;
  out.path_label = other;
  out.body = no_answer;
  return out;
}

reply router::answer_endpoint(endpoint what, const found_path& found, const parsed_target& target, const request& asked,
                              const snapshot_source& snapshot_now) {
  const auto label = found.row.canonical;
  request_handler request_handler(options_, *cache_, asked, snapshot_now);
  switch (what) {
    case endpoint::index:
      return text_reply(200, label, index_text(parts_of(options_, asked.listener)));
    case endpoint::ping:
      return text_reply(200, label, "pong\n");
    case endpoint::gate:
      return request_handler.gate(found.row.gate, target, label);
    case endpoint::metrics:
      return request_handler.metrics(*metrics_, counters_, label);
    case endpoint::checks:
      return request_handler.checks(target, label);
    case endpoint::one_check:
      return request_handler.check(found.check, target, label);
  }
  return refusal(404, "There is no such path.");
}

reply router::refusal(int status, std::string_view sentence) {
  auto out = text_reply(status, other, std::string(sentence) + "\n");
  if (status == 405) out.allow = allowed_methods;
  return out;
}

}  // namespace telltale
