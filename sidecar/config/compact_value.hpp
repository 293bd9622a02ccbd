// Stores values of settings that few checks have.
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
class compact_value;

namespace detail {
template <class U, class T>
concept convertible_value = std::constructible_from<T, const U&> && !std::same_as<U, compact_value<T>>;
}  // namespace detail

/// A T on the heap, or a null pointer while it is empty.
template <class T>
class compact_value {
 public:
  compact_value() = default;
  template <detail::convertible_value<T> U>
  compact_value(const U& from) {  // NOLINT(google-explicit-constructor): same value
    T value(from);
    if (!value.empty()) value_ = std::make_unique<T>(std::move(value));
  }
  compact_value(const compact_value& other) : value_(other.value_ ? std::make_unique<T>(*other.value_) : nullptr) {}
  compact_value(compact_value&&) noexcept = default;
  compact_value& operator=(compact_value other) noexcept {
    value_.swap(other.value_);
    return *this;
  }
  ~compact_value() = default;

  const T& operator*() const {
    static const T nothing{};
    return value_ ? *value_ : nothing;
  }
  const T* operator->() const { return &**this; }

 private:
  std::unique_ptr<T> value_;
};

template <class T>
struct option_traits<compact_value<T>> {
  static option_shape shape() { return option_traits<T>::shape(); }
  static std::optional<compact_value<T>> parse(const raw_value& value, std::string_view option, problems& errors) {
    const auto parsed = option_traits<T>::parse(value, option, errors);
    return parsed ? std::optional(compact_value<T>(*parsed)) : std::nullopt;
  }
  static std::string text(const compact_value<T>& value) { return option_traits<T>::text(*value); }
};

}  // namespace telltale
