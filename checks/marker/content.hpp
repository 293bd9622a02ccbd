// Judges the content of a marker file. No I/O.
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
  telltale::finding finding;  ///< `fail corrupt` when the text is not JSON, possibly because it is being written
  std::optional<double> progress;
  std::optional<pid_t> writer;  ///< with the option `pid`, unless the finding reports that it is missing
};

/// Parses JSON of at most 32 levels, or only the first line (`pid: text`). The caller limits the text to 64 KiB.
content_result judge_content(const std::string& path, std::string_view text, const marker_options&);

}  // namespace telltale::marker
