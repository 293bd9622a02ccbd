// Encodes numbers and strings as bytes and decodes them; the reader validates every length.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

namespace telltale {

/// Both ends are the same program on the same machine, so numbers keep their in-memory representation.
class byte_writer {
 public:
  template <class T>
  requires std::is_arithmetic_v<T>
  void number(T value) {
    char raw[sizeof(T)];
    std::memcpy(raw, &value, sizeof(T));
    bytes_.append(raw, sizeof(T));
  }
  void text(std::string_view value) {
    number(static_cast<std::uint32_t>(value.size()));
    bytes_.append(value);
  }
  void count(std::size_t n) { number(static_cast<std::uint32_t>(n)); }
  void reserve(std::size_t n) { bytes_.reserve(n); }
  std::string take() && { return std::move(bytes_); }
  std::string_view view() const { return bytes_; }
  void clear() { bytes_.clear(); }

 private:
  std::string bytes_;
};

/// After a read past the end or an out-of-range value, every read returns zero and `ok` stays false.
class byte_reader {
 public:
  explicit byte_reader(std::string_view bytes) : rest_(bytes) {}

  template <class T>
  requires std::is_arithmetic_v<T> T number() {
    T value{};
    const auto raw = raw_bytes(sizeof(T));
    if (ok_) std::memcpy(&value, raw.data(), sizeof(T));
    return value;
  }
  std::string text(std::size_t longest) { return std::string(raw_bytes(count(longest))); }
  /// A number of elements of at least one byte each. A count beyond the remaining bytes is rejected before any
  /// allocation.
  std::size_t count(std::size_t most) {
    const std::size_t n = number<std::uint32_t>();
    if (n > most || n > rest_.size()) fail();
    return ok_ ? n : 0;
  }
  void fail() {
    ok_ = false;
    rest_ = {};
  }
  bool ok() const { return ok_; }
  bool finished() const { return ok_ && rest_.empty(); }

 private:
  std::string_view raw_bytes(std::size_t n) {
    if (n > rest_.size()) fail();
    if (!ok_) return {};
    const auto out = rest_.substr(0, n);
    rest_.remove_prefix(n);
    return out;
  }

  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace telltale
