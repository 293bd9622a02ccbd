// Distributes the samples of a page to the rules, and combines what they find.
#include "prometheus/page.hpp"

#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "prometheus/judge.hpp"

namespace telltale::prometheus {
namespace {

constexpr std::size_t shown_series_bytes = 120;

/// Seconds since the earlier page; 0: there is none that gives a rate.
double seconds_since(const earlier_page& earlier, boot_clock::time_point at) {
  if (earlier.of_rules.empty() || at - earlier.at > longest_rate_interval) return 0;
  return to_seconds(at - earlier.at);
}

}  // namespace

page::page(const rule_list& rules, const earlier_page& earlier, boot_clock::time_point at, bool openmetrics,
           const secret_list& secrets)
    : rules_(rules),
      secrets_(secrets),
      at_(at),
      reader_(openmetrics, secrets, [this](const sample& one) { return take(one); }) {
  const auto seconds = seconds_since(earlier, at);
  tallies_.reserve(rules.size());
  for (std::size_t i = 0; i < rules.size(); ++i)
    tallies_.emplace_back(rules[i], seconds > 0 ? &earlier.of_rules[i] : nullptr, seconds);
}

bool page::take(const sample& one) {
  for (auto& each : tallies_) {
    if (!each.matches(one)) continue;
    const auto fail = [&](reason why, std::string sentence) {
      stopped_ = {verdict::fail, why, std::move(sentence)};
      return false;
    };
    if (!each.add(one))
      return fail(reason::protocol, fmt::format("line {} of the page repeats the series {}", one.line,
                                                shown_peer_text(one.series, secrets_, shown_series_bytes)));
    if (++series_ > max_series)
      return fail(reason::mismatch, fmt::format("the values match more than {} series; select fewer", max_series));
  }
  return true;
}

finding page::finish(findings& measured, earlier_page& earlier) {
  if (stopped_.verdict != verdict::pass) return stopped_;
  if (const auto& failed = reader_.finish(); failed.verdict != verdict::pass) return failed;
  findings found;
  std::size_t values = 0;
  std::size_t resets = 0;
  earlier_page now{at_, std::vector<series_values>(rules_.size())};
  for (std::size_t i = 0; i < rules_.size(); ++i) {
    auto result = tallies_[i].evaluate(secrets_);
    found.add(std::move(result.found));
    if (result.has_value && std::isfinite(result.value)) measured.measure(rules_[i].measured_as, result.value);
    if (result.has_value) {
      ++values;
      summary_ = fmt::format("{} is {}", rules_[i].what.text, number_text(result.value));
    }
    resets += result.resets;
    waits_ = waits_ || result.waits_for_rate;
    if (rules_[i].what.rate) now.of_rules[i] = std::move(tallies_[i]).take_values();
  }
  measured.measure("series", static_cast<double>(series_));
  measured.measure("counter_resets", static_cast<double>(resets));
  earlier = std::move(now);
  summarise(values, resets);
  auto all = std::move(found).result("");
  return {all.verdict, all.reason, std::move(all.message)};
}

void page::summarise(std::size_t values, std::size_t resets) {
  if (summary_.empty() || rules_.size() > 1)
    summary_ = fmt::format("{} of {} values from {} samples", values, rules_.size(), reader_.samples());
  if (waits_) summary_ += ", a rate is known after the next run";
  if (resets > 0)
    summary_ += fmt::format(", {} restarted from zero", resets == 1 ? "1 counter" : fmt::format("{} counters", resets));
}

}  // namespace telltale::prometheus
