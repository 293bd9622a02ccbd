// Implements matching, rates, aggregation and the sentences about them.
#include "prometheus/tally.hpp"

#include <cmath>
#include <functional>

#include <fmt/format.h>

#include "prometheus/judge.hpp"

namespace telltale::prometheus {
namespace {

constexpr std::size_t shown_series = 120;

/// Independent of the order of the labels. A label with an empty value is the same as none.
std::uint64_t identity(const sample& one) {
  const std::hash<std::string_view> hash;
  std::uint64_t out = hash(one.name);
  std::string storage;
  for (const auto& each : one.labels) {
    const auto value = unescaped(each.escaped, storage);
    constexpr std::uint64_t odd = 0x9e3779b97f4a7c15;
    if (!value.empty()) out += (hash(each.name) * odd) ^ (hash(value) + odd);
  }
  return out;
}

}  // namespace

tally::tally(const rule& what, const series_values* earlier, double seconds)
    : rule_(what), earlier_(earlier), seconds_(seconds) {}

bool tally::matches(const sample& one) {
  const auto& what = rule_.what.what;
  if (what.name.empty() || one.name == what.name) {
    if (what.matches(one)) return true;
    if (what.name.empty()) return false;
  } else if (!one.name.starts_with(what.name)) {
    return false;
  }
  if (similar_.empty()) similar_ = one.series;
  return false;
}

bool tally::add(const sample& one) {
  const auto id = identity(one);
  if (!values_.emplace(id, one.value).second) return false;
  double value = one.value;
  if (rule_.what.rate && !rate_of(id, value)) return true;
  if (rule_.what.over != aggregation::each) return aggregate(value), true;
  const bool worst = evaluated_ == 0 || is_worse(rule_.wanted, value, value_);
  ++evaluated_;
  if (judge_value(rule_.wanted, value) != verdict::pass) ++not_passing_;
  if (worst) {
    value_ = value;
    worst_series_ = one.series;
  }
  return true;
}

/// A counter below its earlier value was reset, and has counted from zero since then, as Prometheus assumes.
bool tally::rate_of(std::uint64_t id, double& value) {
  if (!earlier_ || seconds_ <= 0) return false;
  const auto before = earlier_->find(id);
  if (before == earlier_->end()) return false;
  const bool reset = value < before->second;
  if (reset) ++resets_;
  value = (reset ? value : value - before->second) / seconds_;
  return true;
}

void tally::aggregate(double value) {
  ++evaluated_;
  const bool first = evaluated_ == 1;
  if (std::isnan(value)) ++nan_;
  switch (rule_.what.over) {
    case aggregation::max:
      value_ = first ? value : std::fmax(value_, value);  // NaN only if all are
      break;
    case aggregation::min:
      value_ = first ? value : std::fmin(value_, value);
      break;
    case aggregation::count:
      value_ = static_cast<double>(evaluated_);
      break;
    default:
      value_ += std::isnan(value) ? 0 : value;  // see `sum`
  }
}

/// The sum, or the average. It is NaN when a series is, as in Prometheus, unless such series may be absent.
double tally::sum() const {
  const auto numbers = evaluated_ - nan_;
  if (numbers == 0 || (nan_ > 0 && rule_.wanted.absent != absence::ignore)) return std::nan("");
  return rule_.what.over == aggregation::avg ? value_ / static_cast<double>(numbers) : value_;
}

evaluated tally::evaluate(const secret_list& secrets) const {
  const auto over = rule_.what.over;
  evaluated out;
  out.series = values_.size();
  out.resets = resets_;
  out.waits_for_rate = rule_.what.rate && evaluated_ == 0 && !values_.empty();
  out.has_value = evaluated_ > 0 || (over == aggregation::count && !out.waits_for_rate);
  out.value = over == aggregation::sum || over == aggregation::avg ? sum() : value_;
  if (out.waits_for_rate) return out;
  if (!out.has_value) out.found = explain_absent(secrets);
  else if (over == aggregation::each) out.found = explain(secrets);
  else out.found = explain_value(rule_.wanted, out.value, rule_.what.text);
  if (out.found.verdict != verdict::pass && std::isnan(out.value) && nan_ > 0)
    out.found.sentence += fmt::format(" for {} of {} series", nan_, evaluated_);
  return out;
}

finding tally::explain(const secret_list& secrets) const {
  auto subject = shown_peer_text(worst_series_, secrets, shown_series);
  if (rule_.what.rate) subject = "rate(" + subject + ")";
  auto out = explain_value(rule_.wanted, value_, subject);
  if (out.verdict != verdict::pass && evaluated_ > 1)
    out.sentence += fmt::format(", the worst of {} of {} series", not_passing_, evaluated_);
  return out;
}

finding tally::explain_absent(const secret_list& secrets) const {
  const auto v = verdict_of(rule_.wanted.absent);
  auto sentence = fmt::format("no series matches {}", rule_.what.text);
  if (!similar_.empty()) sentence += "; the page has " + shown_peer_text(similar_, secrets, shown_series);
  return v == verdict::pass ? finding() : finding{v, reason::missing, std::move(sentence)};
}

}  // namespace telltale::prometheus
