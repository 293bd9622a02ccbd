// What a marker file says: JSON text in, findings out; no I/O.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "marker/freshness.hpp"
#include "marker/options.hpp"

namespace telltale::marker {

inline finding mismatch(std::string sentence) { return {verdict::fail, reason::mismatch, std::move(sentence)}; }

struct content_result {
  telltale::finding
      finding;  ///< `fail corrupt` when the text is not JSON, which may only mean that it is being written
  std::optional<double> progress;
  std::optional<pid_t> writer;  ///< with the option `pid`, unless the finding says that there is none
};

/// Bounded work for any input: 64 KiB are expected as the most, nesting is limited to 32 levels. The text is JSON,
/// unless only its first line is wanted (`pid: text`).
content_result judge_content(const std::string& path, std::string_view text, const marker_options&);

}  // namespace telltale::marker
