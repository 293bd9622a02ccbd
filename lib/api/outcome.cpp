// Implements outcomes: factories, and combining several findings into one outcome.
#include <telltale/outcome.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

namespace telltale {

outcome outcome::pass(std::string message, telltale::reason why) {
  return {verdict::pass, why, std::move(message), {}};
}

outcome outcome::warn(telltale::reason why, std::string message) {
  return {verdict::warn, why, std::move(message), {}};
}

outcome outcome::fail(telltale::reason why, std::string message) {
  return {verdict::fail, why, std::move(message), {}};
}

std::optional<double> outcome::measured(std::string_view name) const {
  for (const auto& m : measurements)
    if (m.name == name) return m.value;
  return std::nullopt;
}

void findings::add(verdict v, reason why, std::string sentence) {
  if (v == verdict::pass) return;
  auto join = [](std::string& text, const std::string& more) { text += (text.empty() ? "" : "; ") + more; };
  if (v > worst_) {
    // The new worst finding goes first: the sentence begins with the finding that determines the verdict.
    if (!worst_text_.empty()) other_text_ = worst_text_ + (other_text_.empty() ? "" : "; " + other_text_);
    worst_ = v;
    why_ = why;
    worst_text_ = std::move(sentence);
  } else {
    join(v == worst_ ? worst_text_ : other_text_, sentence);
  }
}

void findings::add_crossed(verdict v, std::string_view what, const std::string& value, const std::string& bound,
                           const limit_report& how) {
  add(std::min(v, how.worst), how.why, fmt::format("{} {}{} (limit {}){}", what, value, how.after, bound, how.hint));
}

void findings::measure(std::string name, double value) {
  for (auto& known : measurements_)
    if (known.name == name) {
      known.value = value;
      return;
    }
  if (measurements_.empty()) measurements_.reserve(8);  // more than most checks have
  measurements_.push_back({std::move(name), value});
}

outcome findings::result(std::string healthy, reason why) && {
  outcome out{worst_, why, std::move(healthy), std::move(measurements_)};
  if (worst_ != verdict::pass) {
    out.reason = why_;
    out.message = worst_text_ + (other_text_.empty() ? "" : "; " + other_text_);
  }
  return out;
}

namespace detail {

std::string value_text(bytes value) { return human_bytes(static_cast<double>(value.count)); }

std::string value_text(percent value) {
  constexpr double rounding = 1e-5;  // 57 may be 56.99999...
  return to_text(percent{std::floor(value.value * 10 + rounding) / 10});
}

std::string value_text(std::chrono::nanoseconds value) { return human_duration(value); }
std::string value_text(std::uint64_t value) { return std::to_string(value); }
std::string value_text(double value) { return fmt::format("{:.6g}", value); }

std::string growing_text(std::chrono::nanoseconds value) {
  return value < std::chrono::seconds(1) ? human_duration(value) : human_age(value);
}

}  // namespace detail
}  // namespace telltale
