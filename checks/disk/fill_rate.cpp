// A short history of used bytes and the straight line through it.
#include "disk/fill_rate.hpp"

#include <algorithm>
#include <string>

namespace telltale::disk {
namespace {

std::string key(char kind, std::size_t i) { return std::string("fill_") + kind + std::to_string(i); }

std::vector<fill_sample> load(const memory& kept) {
  std::vector<fill_sample> out;
  for (std::size_t i = 0; i < fill_samples; ++i) {
    const auto at = kept.get(key('t', i));
    const auto used = kept.get(key('u', i));
    if (!at || !used) break;
    out.push_back({boot_clock::time_point(std::chrono::nanoseconds(*at)), static_cast<double>(*used)});
  }
  return out;
}

void store(const std::vector<fill_sample>& samples, memory& kept) {
  for (std::size_t i = 0; i < samples.size(); ++i) {
    kept.set(key('t', i), samples[i].at.time_since_epoch().count());
    kept.set(key('u', i), static_cast<std::int64_t>(samples[i].used_bytes));
  }
}

void forget_samples(memory& kept) {
  for (std::size_t i = 0; i < fill_samples; ++i) {
    kept.forget(key('t', i));
    kept.forget(key('u', i));
  }
}

}  // namespace

std::optional<double> fill_rate(const std::vector<fill_sample>& samples) {
  if (samples.size() < 2 || samples.back().at - samples.front().at < fill_least_span) return std::nullopt;
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
  const auto size = static_cast<std::int64_t>(now.total_bytes);
  if (kept.get("fill_size") != size) forget_samples(kept);
  kept.set("fill_size", size);

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
