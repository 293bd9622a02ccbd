// A compact list of the gates that a check feeds.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <telltale/option.hpp>

namespace telltale {

enum class gate : std::uint8_t { live, ready, startup };

template <>
struct choices<gate> {
  static constexpr std::array<std::string_view, 3> names{"live", "ready", "startup"};
};

/// Each gate at most once, in the order written. Takes four bytes per check, where a vector takes sixty.
class gate_list {
 public:
  gate_list(std::initializer_list<gate> gates) {
    for (const auto g : gates) add(g);
  }
  explicit gate_list(const std::vector<gate>& gates) {
    for (const auto g : gates) add(g);
  }

  const gate* begin() const { return gates_.data(); }
  const gate* end() const { return gates_.data() + size_; }
  bool contains(gate g) const { return std::find(begin(), end(), g) != end(); }
  bool operator==(const gate_list&) const = default;

 private:
  void add(gate g) {
    if (!contains(g)) gates_[size_++] = g;
  }
  std::array<gate, choices<gate>::names.size()> gates_{};
  std::uint8_t size_ = 0;
};

/// Written as a list; `check_rules` rejects duplicates.
template <>
struct option_traits<gate_list> {
  using list = option_traits<std::vector<gate>>;
  static option_shape shape() { return list::shape(); }
  static std::optional<gate_list> parse(const raw_value& value, std::string_view option, problems& errors) {
    const auto parsed = list::parse(value, option, errors);
    return parsed ? std::optional(gate_list(*parsed)) : std::nullopt;
  }
  static std::string text(const gate_list& gates) { return list::text({gates.begin(), gates.end()}); }
};

}  // namespace telltale
