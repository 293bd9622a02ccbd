// Writes values as bytes and reads them again; the reader validates every length and every enumerator.
//
// Each type names its members once, for both directions: `void fields(Io& io, member_of<Io, T> value)` passes them to
// `io`.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace telltale::wire {

inline constexpr std::size_t max_depth = 32;  ///< of values that contain values of their own type

/// The last enumerator; specialised for each type that is sent.
template <class Enum>
inline constexpr Enum last_enumerator{};

template <class T>
concept number = std::is_arithmetic_v<T> && !std::is_same_v<T, bool>;
template <class T>
concept enumeration = std::is_enum_v<T>;
template <class Io, class T>
using member_of = std::conditional_t<Io::reads, T&, const T&>;

/// Both ends are the same program on the same machine, so numbers keep their in-memory representation.
class byte_writer {
 public:
  static constexpr bool reads = false;

  template <class... T>
  byte_writer& operator()(const T&... each) {
    (write(each), ...);
    return *this;
  }
  void bytes(std::string_view value) { bytes_.append(value); }
  std::monostate nest() { return {}; }
  std::string take() && { return std::move(bytes_); }

 private:
  void write(number auto value) {
    char raw[sizeof value];
    std::memcpy(raw, &value, sizeof value);
    bytes_.append(raw, sizeof value);
  }
  void write(bool value) { write(static_cast<std::uint8_t>(value)); }
  void write(enumeration auto value) { write(static_cast<std::uint8_t>(value)); }
  void write(std::chrono::nanoseconds value) { write(static_cast<std::int64_t>(value.count())); }
  template <class Clock>
  void write(std::chrono::time_point<Clock, std::chrono::nanoseconds> value) {
    write(value.time_since_epoch());
  }
  void write(std::string_view value) {
    write(static_cast<std::uint32_t>(value.size()));
    bytes_.append(value);
  }
  void write(const std::string& value) { write(std::string_view(value)); }
  template <class A, class B>
  void write(const std::pair<A, B>& value) {
    (*this)(value.first, value.second);
  }
  template <class T>
  void write(const std::vector<T>& value) {
    write(static_cast<std::uint32_t>(value.size()));
    for (const auto& each : value) write(each);
  }
  template <class T>
  void write(const std::optional<T>& value) {
    write(value.has_value());
    if (value) write(*value);
  }
  template <class T>
  requires std::is_class_v<T>
  void write(const T& value) { fields(*this, value); }

  std::string bytes_;
};

/// Accepts any input. After a read past the end or an invalid value, every read leaves its value as it is and `ok`
/// stays false.
class byte_reader {
 public:
  static constexpr bool reads = true;
  explicit byte_reader(std::string_view bytes) : rest_(bytes) {}

  template <class... T>
  byte_reader& operator()(T&... each) {
    (read(each), ...);
    return *this;
  }
  std::string_view rest() { return raw_bytes(rest_.size()); }
  /// Limits the recursion while the returned object exists.
  auto nest() {
    struct level {
      explicit level(byte_reader& reader) : in(reader) {
        if (++in.depth_ > max_depth) in.fail();
      }
      ~level() { --in.depth_; }
      level(const level&) = delete;
      level& operator=(const level&) = delete;
      byte_reader& in;
    };
    return level(*this);
  }
  void fail() {
    ok_ = false;
    rest_ = {};
  }
  bool ok() const { return ok_; }
  bool finished() const { return ok_ && rest_.empty(); }

 private:
  void read(number auto& value) {
    const auto raw = raw_bytes(sizeof value);
    if (ok_) std::memcpy(&value, raw.data(), sizeof value);
  }
  void read(bool& value) {
    std::uint8_t raw = 0;
    read(raw);
    if (raw > 1) fail();
    value = raw == 1;
  }
  template <enumeration Enum>
  void read(Enum& value) {
    std::uint8_t raw = 0;
    read(raw);
    if (raw > static_cast<std::uint8_t>(last_enumerator<Enum>)) return fail();
    value = static_cast<Enum>(raw);
  }
  /// 0 to 126 years, so that the sum of two times cannot overflow.
  void read(std::chrono::nanoseconds& value) {
    constexpr std::int64_t longest = 4'000'000'000'000'000'000;
    std::int64_t raw = 0;
    read(raw);
    if (raw < 0 || raw > longest) return fail();
    value = std::chrono::nanoseconds(raw);
  }
  template <class Clock>
  void read(std::chrono::time_point<Clock, std::chrono::nanoseconds>& value) {
    auto since = value.time_since_epoch();
    read(since);
    value = std::chrono::time_point<Clock, std::chrono::nanoseconds>(since);
  }
  void read(std::string& value) { value = raw_bytes(count()); }
  template <class A, class B>
  void read(std::pair<A, B>& value) {
    (*this)(value.first, value.second);
  }
  template <class T>
  void read(std::vector<T>& value) {
    for (auto n = count(); n > 0 && ok_; --n) read(value.emplace_back());
  }
  template <class T>
  void read(std::optional<T>& value) {
    bool present = false;
    read(present);
    if (present) read(value.emplace());
  }
  template <class T>
  requires std::is_class_v<T>
  void read(T& value) { fields(*this, value); }

  /// A number of elements of at least one byte each. A count beyond the remaining bytes is refused before any
  /// allocation.
  std::size_t count() {
    std::uint32_t n = 0;
    read(n);
    if (n > rest_.size()) fail();
    return ok_ ? n : 0;
  }
  std::string_view raw_bytes(std::size_t n) {
    if (n > rest_.size()) fail();
    if (!ok_) return {};
    const auto out = rest_.substr(0, n);
    rest_.remove_prefix(n);
    return out;
  }

  std::string_view rest_;
  bool ok_ = true;
  std::size_t depth_ = 0;
};

}  // namespace telltale::wire
