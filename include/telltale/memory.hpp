// The state that a check keeps from one run to the next.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace telltale {

/// Small named integers stored by the program, not by the worker, so that they survive a worker that crashed or was
/// killed. A run gets the state at the end of the last *finished* run. At most `max_entries`; a further `set` is
/// ignored.
class memory {
 public:
  static constexpr std::size_t max_entries = 64;

  std::optional<std::int64_t> get(std::string_view name) const {
    const auto it = std::ranges::lower_bound(values_, name, {}, name_of);
    return is(it, name) ? std::optional(it->second) : std::nullopt;
  }
  void set(std::string_view name, std::int64_t value) {
    const auto it = std::ranges::lower_bound(values_, name, {}, name_of);
    if (is(it, name)) it->second = value;
    else if (values_.size() < max_entries) values_.emplace(it, name, value);
  }
  void forget(std::string_view name) {
    const auto it = std::ranges::lower_bound(values_, name, {}, name_of);
    if (is(it, name)) values_.erase(it);
  }
  void clear() { values_.clear(); }
  /// In the order of their names.
  const std::vector<std::pair<std::string, std::int64_t>>& values() const { return values_; }
  friend bool operator==(const memory&, const memory&) = default;

 private:
  static std::string_view name_of(const std::pair<std::string, std::int64_t>& entry) { return entry.first; }
  bool is(auto it, std::string_view name) const { return it != values_.end() && it->first == name; }

  std::vector<std::pair<std::string, std::int64_t>> values_;  ///< one allocation: it is copied for each run
};

}  // namespace telltale
