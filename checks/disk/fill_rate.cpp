// Stores a short history of used bytes and computes its linear regression.
#include "disk/fill_rate.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

namespace telltale::disk {
namespace {

constexpr std::array<std::string_view, fill_samples> time_names{"fill_t0", "fill_t1", "fill_t2", "fill_t3", "fill_t4",
                                                                "fill_t5", "fill_t6", "fill_t7", "fill_t8", "fill_t9"};
constexpr std::array<std::string_view, fill_samples> used_names{"fill_u0", "fill_u1", "fill_u2", "fill_u3", "fill_u4",
                                                                "fill_u5", "fill_u6", "fill_u7", "fill_u8", "fill_u9"};

/// Converts to an integer for the state; saturates beyond 8 EiB.
std::int64_t to_integer(double bytes) {
  constexpr double largest = 9.2e18;
  return static_cast<std::int64_t>(std::min(bytes, largest));
}

std::vector<fill_sample> load(const memory& kept) {
  std::vector<fill_sample> out;
  out.reserve(fill_samples + 1);
  for (std::size_t i = 0; i < fill_samples; ++i) {
    const auto at = kept.get(time_names[i]);
    const auto used = kept.get(used_names[i]);
    if (!at || !used) break;
    out.push_back({boot_clock::time_point(std::chrono::nanoseconds(*at)), static_cast<double>(*used)});
  }
  return out;
}

void store(const std::vector<fill_sample>& samples, memory& kept) {
  for (std::size_t i = 0; i < samples.size(); ++i) {
    kept.set(time_names[i], samples[i].at.time_since_epoch().count());
    kept.set(used_names[i], to_integer(samples[i].used_bytes));
  }
}

}  // namespace

void forget_fill_rate(memory& kept) {
  for (std::size_t i = 0; i < fill_samples; ++i) {
    kept.forget(time_names[i]);
    kept.forget(used_names[i]);
  }
}

std::optional<double> fill_rate(const std::vector<fill_sample>& samples) {
  if (samples.size() < 2 || samples.back().at - samples.front().at < fill_min_span) return std::nullopt;
  const auto count = static_cast<double>(samples.size());
  auto x = [&](const fill_sample& s) { return to_seconds(s.at - samples.front().at); };
  double mean_x = 0;
  double mean_y = 0;
  for (const auto& s : samples) {
    mean_x += x(s) / count;
    mean_y += s.used_bytes / count;
  }
  double covariance = 0;
  double variance = 0;
  for (const auto& s : samples) {
    covariance += (x(s) - mean_x) * (s.used_bytes - mean_y);
    variance += (x(s) - mean_x) * (x(s) - mean_x);
  }
  return variance > 0 ? std::optional(covariance / variance) : std::nullopt;
}

std::optional<double> seconds_to_full(const usage& now, boot_clock::time_point at, memory& kept) {
  const auto before = static_cast<double>(kept.get("fill_size").value_or(0));
  if (std::abs(now.total_bytes - before) > fill_min_change * before) forget_fill_rate(kept);
  kept.set("fill_size", to_integer(now.total_bytes));

  auto samples = load(kept);
  if (!samples.empty() && samples.back().at > at) samples.clear();
  if (samples.empty() || at - samples.back().at >= fill_spacing) {
    samples.push_back({at, now.used_bytes});
    if (samples.size() > fill_samples) samples.erase(samples.begin());
    store(samples, kept);
  } else {
    samples.push_back({at, now.used_bytes});
  }
  const auto rate = fill_rate(samples);
  if (!rate || *rate <= 0) return std::nullopt;
  const double seconds = now.available_bytes / *rate;
  return seconds <= to_seconds(fill_horizon) ? std::optional(seconds) : std::nullopt;
}

}  // namespace telltale::disk
