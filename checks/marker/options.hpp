// What a marker check is told.
#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <telltale/check_type.hpp>

namespace telltale::marker {

/// How new a file has to be: `boot`, `start` or a duration.
struct newer_than {
  enum class point { boot, start, span };
  point since = point::boot;
  std::chrono::milliseconds span{0};  ///< `point::span` only
  friend bool operator==(const newer_than&, const newer_than&) = default;
};

struct marker_options {
  std::optional<file_path> path;
  std::vector<file_path> paths;
  std::optional<marker::newer_than> newer_than;
  text_map content;
  std::string progress;
  std::optional<bytes> min_size;

  /// `path` or `paths`; never empty once validated.
  std::span<const file_path> files() const { return path ? std::span(&*path, 1) : std::span(paths); }
  bool wants_content() const { return !content.empty() || !progress.empty(); }
  void validate(place, problems&) const;
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
