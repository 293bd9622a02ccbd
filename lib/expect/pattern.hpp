// Regular expressions in RE2's syntax, as an option type.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <telltale/option_traits.hpp>

namespace telltale {

/// A compiled regular expression (https://github.com/google/re2/wiki/Syntax). A search takes time in proportion to the
/// text and at most 1 MiB of memory. Copies share the compiled form; safe to use from several threads.
///
/// The text may have any bytes: `.` and classes match characters of UTF-8, `\C` matches one byte. `^` and `$` are the
/// ends of the text, with `(?m)` of a line.
class pattern {
 public:
  /// Empty when the expression is not valid; then `why` has RE2's message, and `part` the part that it is about.
  static std::optional<pattern> compile(std::string_view text, std::string& why, std::string& part);

  /// Whether the pattern matches anywhere in the text.
  bool found_in(std::string_view text) const;
  /// The expression in the configuration.
  const std::string& text() const;

 private:
  struct compiled;
  explicit pattern(std::shared_ptr<const compiled> shared) : compiled_(std::move(shared)) {}
  std::shared_ptr<const compiled> compiled_;
};

/// A pattern as an option: one text, which must not be empty.
template <>
struct option_traits<pattern> {
  static option_shape shape() { return {option_kind::text, {}, {}, {}}; }
  static std::optional<pattern> parse(const raw_value&, std::string_view option, problems&);
  static std::string text(const pattern& value) { return detail::quoted_text(value.text()); }
};

}  // namespace telltale
