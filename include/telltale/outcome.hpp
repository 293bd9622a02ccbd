// The result of one run of a check.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <telltale/finding.hpp>
#include <telltale/limit.hpp>
#include <telltale/reason.hpp>
#include <telltale/units.hpp>
#include <telltale/verdict.hpp>

namespace telltale {

/// A number that a check measured. The name ends in its unit (`_bytes`, `_seconds`, `_ratio`; bare for counts), is
/// `[a-z][a-z0-9_]*`, and should be declared in the check's type so that metrics carry a HELP text.
struct measurement {
  std::string name;
  double value = 0;

  friend bool operator==(const measurement&, const measurement&) = default;
};

/// One run's result. A failing target is data, not an exception: a probe returns it.
/// The default is a failure, so that a forgotten assignment can never look healthy.
struct outcome {
  telltale::verdict verdict = verdict::fail;
  telltale::reason reason = reason::internal;
  std::string message = "the check returned no result";  ///< One sentence for a person; UTF-8, no line breaks.
  std::vector<measurement> measurements;

  static outcome pass(std::string message, telltale::reason why = reason::ok);
  static outcome warn(telltale::reason why, std::string message);
  static outcome fail(telltale::reason why, std::string message);

  std::optional<double> measured(std::string_view name) const;
  friend bool operator==(const outcome&, const outcome&) = default;
};

namespace detail {
/// A measured value in a sentence. A growing duration is shown by its order of magnitude only (`human_age`), so that
/// the sentence of a check that keeps failing does not change. A share is rounded down, so that it never appears to
/// reach a limit that it does not reach.
std::string value_text(bytes);
std::string value_text(percent);
std::string value_text(std::chrono::nanoseconds);
std::string value_text(std::uint64_t);
std::string value_text(double);
std::string growing_text(std::chrono::nanoseconds);
template <class T>
std::string growing_text(const T& value) {
  if constexpr (std::is_convertible_v<T, std::chrono::nanoseconds>)
    return growing_text(std::chrono::nanoseconds(value));
  else return value_text(value);
}
}  // namespace detail

/// Optional arguments of `findings::judge`: the reason, further text and the worst verdict.
struct limit_report {
  reason why = reason::threshold;
  std::string_view after = "";    ///< after the value, e.g. " old"
  std::string_view hint = "";     ///< after the limit, e.g. ": a reader holds checkpoints back"
  verdict worst = verdict::fail;  ///< `warn`: crossing the `fail` bound only warns
};

/// Collects several findings of one run. The worst verdict wins, the first finding of that verdict gives the reason,
/// and the sentences of every finding of at least `warn` are joined with "; ". Not thread-safe.
class findings {
 public:
  void warn(reason why, std::string sentence) { add(verdict::warn, why, std::move(sentence)); }
  void fail(reason why, std::string sentence) { add(verdict::fail, why, std::move(sentence)); }
  /// Records a finding; `pass` findings are ignored (`result` takes the sentence of a healthy run).
  void add(verdict v, reason why, std::string sentence);
  void add(finding one) { add(one.verdict, one.reason, std::move(one.sentence)); }
  /// Compares a value (`bytes`, `percent`, a duration, a count or a number) with a limit of the same unit. A crossed
  /// limit is recorded with the sentence "WHAT VALUE (limit BOUND)", e.g. "WAL backlog 70.1 MiB (limit 64.0 MiB)".
  template <class Value, class T>
  verdict judge(std::string_view what, const Value& value, const upper_limit<T>& limit, const limit_report& how = {}) {
    const auto v = telltale::judge(value, limit);
    if (v != verdict::pass)
      add_crossed(v, what, detail::growing_text(value), detail::value_text(crossed(limit, v)), how);
    return v;
  }
  template <class Value, class T>
  verdict judge(std::string_view what, const Value& value, const lower_limit<T>& limit, const limit_report& how = {}) {
    const auto v = telltale::judge(value, limit);
    if (v != verdict::pass) add_crossed(v, what, detail::value_text(value), detail::value_text(crossed(limit, v)), how);
    return v;
  }
  /// Of two values of the same name the later one counts.
  void measure(std::string name, double value);

  verdict worst_verdict() const { return worst_; }
  /// The outcome; `healthy` is the sentence used when nothing was found.
  outcome result(std::string healthy, reason why = reason::ok) &&;

 private:
  void add_crossed(verdict, std::string_view what, const std::string& value, const std::string& bound,
                   const limit_report&);

  verdict worst_ = verdict::pass;
  reason why_ = reason::ok;
  std::string worst_text_;
  std::string other_text_;
  std::vector<measurement> measurements_;
};

}  // namespace telltale
