// What a check remembers from one run to the next.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace telltale {

/// Small named integers kept by the program, not by the worker, so that they survive a worker that crashed or was
/// killed. A run gets what the last *finished* run left. At most `max_entries`; a further `set` is ignored.
class memory {
 public:
  static constexpr std::size_t max_entries = 64;

  std::optional<std::int64_t> get(std::string_view name) const {
    auto it = values_.find(name);
    return it == values_.end() ? std::nullopt : std::optional(it->second);
  }
  void set(std::string_view name, std::int64_t value) {
    if (auto it = values_.find(name); it != values_.end()) it->second = value;
    else if (values_.size() < max_entries) values_.emplace(name, value);
  }
  void forget(std::string_view name) {
    if (auto it = values_.find(name); it != values_.end()) values_.erase(it);
  }
  void clear() { values_.clear(); }
  const std::map<std::string, std::int64_t, std::less<>>& values() const { return values_; }
  friend bool operator==(const memory&, const memory&) = default;

 private:
  std::map<std::string, std::int64_t, std::less<>> values_;
};

}  // namespace telltale
