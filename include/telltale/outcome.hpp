// What one run of a check found.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <telltale/finding.hpp>
#include <telltale/reason.hpp>
#include <telltale/verdict.hpp>

namespace telltale {

/// A number a check found. The name ends in its unit (`_bytes`, `_seconds`, `_ratio`; bare for counts), is
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

/// Collects several findings of one run. The worst verdict wins, the first finding of that verdict gives the reason,
/// and the sentences of every finding of at least `warn` are joined with "; ". Not thread-safe.
class findings {
 public:
  void warn(reason why, std::string sentence) { add(verdict::warn, why, std::move(sentence)); }
  void fail(reason why, std::string sentence) { add(verdict::fail, why, std::move(sentence)); }
  /// Records a finding; `pass` findings are ignored (the sentence of a healthy run is given to `result`).
  void add(verdict v, reason why, std::string sentence);
  void add(finding one) { add(one.verdict, one.reason, std::move(one.sentence)); }
  void measure(std::string name, double value);

  verdict worst_verdict() const { return worst_; }
  /// The outcome; `healthy` is the sentence used when nothing was found.
  outcome result(std::string healthy, reason why = reason::ok) &&;

 private:
  verdict worst_ = verdict::pass;
  reason why_ = reason::ok;
  std::string worst_text_;
  std::string other_text_;
  std::vector<measurement> measurements_;
};

}  // namespace telltale
