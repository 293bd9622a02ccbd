// Judges one file by all options, and combines several files into one outcome. No I/O.
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
  bool maybe_incomplete = false;  ///< failed, but possibly only because the file is being written
  wall_time modified;
  std::optional<double> age_seconds;
  std::optional<double> size_bytes;
  std::optional<double> progress;
  std::optional<pid_t> writer;  ///< the writer that the file names; whether it runs is judged later
};

/// A file that changed this recently may still be being written.
inline constexpr double being_written_seconds = 2;

/// Judges a file that was read without an error (`error` is 0).
file_result judge_file(const std::string& path, const file_view&, const marker_options&, const moments&,
                       const std::optional<reference_file>& newer_than = {});

/// The worst finding sets verdict and reason; the message has at most five sentences. Age and progress are those of the
/// worst file; sizes are summed.
outcome combine(const std::vector<file_result>&, const marker_options&);

}  // namespace telltale::marker
