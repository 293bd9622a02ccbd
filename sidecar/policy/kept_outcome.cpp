// Stores outcomes without unnecessary allocations.
#include "policy/kept_outcome.hpp"

#include <algorithm>
#include <utility>

namespace telltale {
namespace {

/// Plain assignment may double the capacity, and keeps that of one long text forever.
void assign_exact(std::string& to, const std::string& text) {
  constexpr std::size_t spare = 32;
  if (text.size() > to.capacity() || to.capacity() > text.size() + spare) std::string(text).swap(to);
  else to.assign(text);
}

}  // namespace

void kept_measurements::assign(const std::vector<measurement>& found) {
  if (!has_names_of(found)) {
    name_list names;
    names.reserve(found.size());
    for (const auto& one : found) names.push_back(one.name);
    names_ = found.empty() ? nullptr : std::make_shared<const name_list>(std::move(names));
    values_ = std::vector<double>(found.size());
  }
  std::ranges::transform(found, values_.begin(), &measurement::value);
}

bool kept_measurements::has_names_of(const std::vector<measurement>& found) const {
  return names_ && std::ranges::equal(*names_, found, {}, {}, &measurement::name);
}

bool operator==(const kept_measurements& a, const kept_measurements& b) {
  const bool same_names = a.names_ == b.names_ || (a.names_ && b.names_ && *a.names_ == *b.names_);
  return same_names && a.values_ == b.values_;
}

void kept_outcome::assign(const outcome& found) {
  verdict = found.verdict;
  reason = found.reason;
  assign_exact(message, found.message);
  measurements.assign(found.measurements);
}

}  // namespace telltale
