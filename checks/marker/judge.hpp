// One file against all options, and several files as one outcome; no I/O.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "marker/content.hpp"
#include "marker/freshness.hpp"
#include "marker/read_file.hpp"

namespace telltale::marker {

struct file_result {
  telltale::finding finding;
  bool missing = false;
  bool questionable = false;  ///< red, but perhaps only because it is being written right now
  wall_time modified;
  std::optional<double> age_seconds;
  std::optional<double> size_bytes;
  std::optional<double> progress;
  std::optional<pid_t> writer;  ///< who wrote it, as it says: whether that process runs is not judged yet
};

/// A file changed this recently may still be in the hands of its writer.
inline constexpr double being_written_seconds = 2;

/// A file that could be opened (`error` is 0).
file_result judge_file(const std::string& path, const file_view&, const marker_options&, const moments&,
                       const std::optional<reference_file>& newer_than = {});

/// The worst finding gives verdict and reason; at most five sentences are kept. Measurements are those of the worst
/// file: the oldest, the least loaded; sizes are summed.
outcome combine(const std::vector<file_result>&, const marker_options&);

}  // namespace telltale::marker
