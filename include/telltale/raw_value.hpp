// The uninterpreted configuration tree: scalars, lists and maps with their locations in the text.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace telltale {

/// A position in the configuration text, counted from 1. {0, 0}: no position (a built-in default).
struct source_location {
  int line = 0;
  int column = 0;
  friend auto operator<=>(const source_location&, const source_location&) = default;
};

struct raw_member;

/// A tree of text with locations; numbers and dates are not interpreted. A value type.
struct raw_value {
  enum class kind_t { null, scalar, list, map };

  kind_t kind = kind_t::null;
  source_location at;
  std::string text;       ///< scalar only, after ${VAR} substitution
  bool quoted = false;    ///< scalar only: quoted, so it is text even if it looks like a boolean
  bool expanded = false;  ///< scalar only: ${VAR} was substituted; `quoted` has no meaning, messages must not show it
  std::vector<raw_value> items;     ///< list only
  std::vector<raw_member> members;  ///< map only, in the order written; keys are unique

  static raw_value scalar(std::string text, source_location at = {});
  static raw_value list(std::vector<raw_value> items, source_location at = {});
  static raw_value map(std::vector<raw_member> members, source_location at = {});

  const raw_value* find(std::string_view key) const;  ///< map member or nullptr
  std::string_view kind_name() const;                 ///< "nothing", "a single value", "a list", "a map"
  /// The text for an error message: `'text'`, shortened, or a placeholder when it came from a variable.
  std::string shown() const;
};

struct raw_member {
  std::string key;
  source_location at;  ///< of the key
  raw_value value;
};

/// One error in the configuration.
struct problem {
  source_location at;
  std::string message;
  friend auto operator<=>(const problem&, const problem&) = default;
};

/// Collects every error instead of stopping at the first.
class problems {
 public:
  void add(source_location at, std::string message) { list_.push_back({at, std::move(message)}); }
  bool empty() const { return list_.empty(); }
  std::size_t size() const { return list_.size(); }
  const std::vector<problem>& list() const { return list_; }

 private:
  std::vector<problem> list_;
};

/// The candidate nearest to `word` if it is likely a typo of it (edit distance at most a third of its length, a swap
/// counts as one), else empty.
std::string_view nearest(std::string_view word, const std::vector<std::string_view>& candidates);

/// "; did you mean 'interval'?" with the nearest candidate, or empty.
std::string suggestion(std::string_view word, const std::vector<std::string_view>& candidates);

}  // namespace telltale
