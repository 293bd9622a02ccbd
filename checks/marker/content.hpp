// What a marker file says: JSON text in, findings out; no I/O.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "marker/freshness.hpp"
#include "marker/options.hpp"

namespace telltale::marker {

struct content_result {
  marker::finding finding;  ///< `fail corrupt` when the text is not JSON, which may only mean that it is being written
  std::optional<double> progress;
};

/// Bounded work for any input: 64 KiB are expected as the most, nesting is limited to 32 levels.
content_result judge_content(const std::string& path, std::string_view json, const marker_options&);

}  // namespace telltale::marker
