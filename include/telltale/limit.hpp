// Limits on a measurement with a bound for `warn` and a bound for `fail`.
#pragma once

#include <optional>

#include <telltale/verdict.hpp>

namespace telltale {

/// Larger is worse: `{warn: 64MiB, fail: 512MiB}`. A bare value means `fail`. Reaching a bound crosses it.
/// Absent bounds never trigger. When both are given, warn must not exceed fail.
template <class T>
struct upper_limit {
  std::optional<T> warn;
  std::optional<T> fail;
  friend bool operator==(const upper_limit&, const upper_limit&) = default;
};

/// Smaller is worse: `{warn: 10GiB, fail: 2GiB}`. A bare value means `fail`. A value below a bound crosses it.
/// Absent bounds never trigger. When both are given, warn must not be below fail.
template <class T>
struct lower_limit {
  std::optional<T> warn;
  std::optional<T> fail;
  friend bool operator==(const lower_limit&, const lower_limit&) = default;
};

template <class Value, class T>
verdict judge(const Value& value, const upper_limit<T>& limit) {
  if (limit.fail && value >= *limit.fail) return verdict::fail;
  if (limit.warn && value >= *limit.warn) return verdict::warn;
  return verdict::pass;
}

template <class Value, class T>
verdict judge(const Value& value, const lower_limit<T>& limit) {
  if (limit.fail && value < *limit.fail) return verdict::fail;
  if (limit.warn && value < *limit.warn) return verdict::warn;
  return verdict::pass;
}

/// The bound that caused `v`, for the sentence "… (limit 90%)"; the verdict must not be `pass`.
template <class Limit>
const auto& crossed(const Limit& limit, verdict v) {
  return v == verdict::fail ? *limit.fail : *limit.warn;
}

}  // namespace telltale
