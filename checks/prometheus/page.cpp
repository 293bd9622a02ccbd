// Distributes the samples of a page to the rules, and combines what they find.
#include "prometheus/page.hpp"

#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "prometheus/judge.hpp"

namespace telltale::prometheus {
namespace {

constexpr std::size_t shown_series_bytes = 120;

}  // namespace

page::page(const rule_list& rules, const page_history& earlier, boot_clock::time_point at, bool openmetrics,
           const secret_list& secrets)
    : rules_(rules),
      secrets_(secrets),
      at_(at),
      window_(earlier.window()),
      base_(earlier.base(at)),
      reader_(openmetrics, secrets, [this](const sample& one) { return take(one); }) {
  const auto seconds = base_ ? to_seconds(at - base_->at) : 0;
  tallies_.reserve(rules.size());
  for (std::size_t i = 0; i < rules.size(); ++i)
    tallies_.emplace_back(rules[i], base_ ? &base_->of_rules[i] : nullptr, seconds);
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

finding page::finish(findings& measured, page_history& earlier) {
  if (stopped_.verdict != verdict::pass) return stopped_;
  if (const auto& failed = reader_.finish(); failed.verdict != verdict::pass) return failed;
  findings found;
  findings unknown;  // reported after what is known
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
    if (result.waits_for_rate) unknown.add(explain_unknown(rules_[i]));
    waits_ = waits_ || result.waits_for_rate;
    if (rules_[i].what.rate) now.of_rules[i] = std::move(tallies_[i]).take_values();
  }
  measured.measure("series", static_cast<double>(series_));
  measured.measure("counter_resets", static_cast<double>(resets));
  earlier.add(std::move(now));
  summarise(values, resets);
  auto rest = std::move(unknown).result("");
  found.add({rest.verdict, rest.reason, std::move(rest.message)});
  auto all = std::move(found).result("");
  return {all.verdict, all.reason, std::move(all.message)};
}

/// An unknown rate is not a healthy one. Only series that appear while others are watched may be ignored, like the
/// absent series that they were before.
finding page::explain_unknown(const rule& what) const {
  const auto sentence = [&](std::string_view why) {
    return fmt::format("{} is not known yet: {}", what.what.text, why);
  };
  if (!base_)
    return {verdict::fail, reason::pending,
            sentence(fmt::format("it needs two pages that are at least {} apart (rate_window)", to_text(window_)))};
  const auto v = verdict_of(what.wanted.absent);
  return v == verdict::pass ? finding() : finding{v, reason::pending, sentence("its series are new")};
}

void page::summarise(std::size_t values, std::size_t resets) {
  if (summary_.empty() || rules_.size() > 1)
    summary_ = fmt::format("{} of {} values from {} samples", values, rules_.size(), reader_.samples());
  if (waits_) summary_ += ", a rate is not known yet";
  if (resets > 0)
    summary_ += fmt::format(", {} restarted from zero", resets == 1 ? "1 counter" : fmt::format("{} counters", resets));
}

}  // namespace telltale::prometheus
