// A value that few checks have.
#pragma once

#include <concepts>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <telltale/option.hpp>

namespace telltale {

template <class T>
class seldom;

namespace detail {
template <class U, class T>
concept made_into = std::constructible_from<T, const U&> && !std::same_as<U, seldom<T>>;
}  // namespace detail

/// As a T, in the room of a pointer while it is empty.
template <class T>
class seldom {
 public:
  seldom() = default;
  template <detail::made_into<T> U>
  seldom(const U& from) {  // NOLINT(google-explicit-constructor): it is the value
    T value(from);
    if (!value.empty()) value_ = std::make_unique<T>(std::move(value));
  }
  seldom(const seldom& other) : value_(other.value_ ? std::make_unique<T>(*other.value_) : nullptr) {}
  seldom(seldom&&) noexcept = default;
  seldom& operator=(seldom other) noexcept {
    value_.swap(other.value_);
    return *this;
  }
  ~seldom() = default;

  const T& operator*() const {
    static const T nothing{};
    return value_ ? *value_ : nothing;
  }
  const T* operator->() const { return &**this; }

 private:
  std::unique_ptr<T> value_;
};

template <class T>
struct option_traits<seldom<T>> {
  static option_shape shape() { return option_traits<T>::shape(); }
  static std::optional<seldom<T>> parse(const raw_value& value, std::string_view option, problems& errors) {
    const auto parsed = option_traits<T>::parse(value, option, errors);
    return parsed ? std::optional(seldom<T>(*parsed)) : std::nullopt;
  }
  static std::string text(const seldom<T>& value) { return option_traits<T>::text(*value); }
};

}  // namespace telltale
