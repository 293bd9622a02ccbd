// Options of the marker check.
#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <telltale/check_type.hpp>

#include "expect/json_values.hpp"

namespace telltale::marker {

/// How new a file must be: `boot`, `start` or a duration.
struct newer_than {
  enum class point { boot, start, span };
  point since = point::boot;
  std::chrono::milliseconds span{0};  ///< `point::span` only
  friend bool operator==(const newer_than&, const newer_than&) = default;
};

/// The value of `pid` for a file whose first line is the number, as in /run/nginx.pid.
inline constexpr std::string_view whole_text = "text";

struct marker_options {
  std::optional<file_path> path;
  std::vector<file_path> paths;
  std::optional<marker::newer_than> newer_than;
  std::optional<file_path> newer_than_file;
  std::string pid;  ///< a JSON pointer, or `whole_text`
  json_values content;
  std::string progress;
  std::optional<bytes> min_size;
  std::optional<bytes> min_allocated;

  /// `path` or `paths`; never empty once validated.
  std::span<const file_path> files() const { return path ? std::span(&*path, 1) : std::span(paths); }
  bool wants_json() const { return !content.empty() || !progress.empty() || (!pid.empty() && pid != whole_text); }
  bool wants_content() const { return wants_json() || !pid.empty(); }
  void validate(source_location, problems&) const;
  static options_of<marker_options> declared();
};

}  // namespace telltale::marker

namespace telltale {

template <>
struct option_traits<marker::newer_than> {
  static option_shape shape();
  static std::optional<marker::newer_than> parse(const raw_value&, std::string_view option, problems&);
  static std::string text(const marker::newer_than&);
};

}  // namespace telltale
