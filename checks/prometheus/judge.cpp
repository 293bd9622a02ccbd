// Implements the comparison and its sentences.
#include "prometheus/judge.hpp"

#include <cmath>

#include <fmt/format.h>

namespace telltale::prometheus {
namespace {

/// Whether less is worse for this rule.
bool fears_small(const conditions& wanted) {
  using relation = expectation::relation;
  if (wanted.warn || wanted.fail) return false;
  if (wanted.below.warn || wanted.below.fail) return true;
  return wanted.expect &&
         (wanted.expect->wanted == relation::greater || wanted.expect->wanted == relation::greater_equal);
}

template <class Limit>
void add_limit(std::string& into, double value, const Limit& limit, verdict worst) {
  if (const auto v = judge(value, limit); v != verdict::pass && v == worst)
    into = fmt::format("is {} (limit {})", number_text(value), number_text(crossed(limit, v)));
}

}  // namespace

verdict verdict_of(absence what) {
  return what == absence::fail ? verdict::fail : what == absence::warn ? verdict::warn : verdict::pass;
}

verdict judge_value(const conditions& wanted, double value) {
  if (std::isnan(value)) return verdict_of(wanted.absent);
  const auto limits = worst(judge(value, wanted.above()), judge(value, wanted.below));
  return wanted.expect && !wanted.expect->holds(value) ? verdict::fail : limits;
}

bool is_worse(const conditions& wanted, double a, double b) {
  const auto of_a = judge_value(wanted, a);
  const auto of_b = judge_value(wanted, b);
  if (of_a != of_b) return of_a > of_b;
  if (std::isnan(b)) return !std::isnan(a);  // a number says more
  return fears_small(wanted) ? a < b : a > b;
}

finding explain_value(const conditions& wanted, double value, const std::string& subject) {
  const auto v = judge_value(wanted, value);
  if (v == verdict::pass) return {};
  if (std::isnan(value)) return {v, reason::mismatch, subject + " is NaN: the exporter has no value"};
  if (wanted.expect && !wanted.expect->holds(value))
    return {v, reason::mismatch, fmt::format("{} {}", subject, unmet("is " + number_text(value), *wanted.expect))};
  std::string text;
  add_limit(text, value, wanted.below, v);
  add_limit(text, value, wanted.above(), v);
  return {v, reason::threshold, fmt::format("{} {}", subject, text)};
}

std::string number_text(double value) {
  constexpr double exact = 1e15;
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  return value == std::trunc(value) && std::abs(value) < exact ? fmt::format("{:.0f}", value)
                                                               : fmt::format("{:.6g}", value);
}

}  // namespace telltale::prometheus
