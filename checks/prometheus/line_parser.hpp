// Parses one line of a metrics page, in Prometheus' text format 0.0.4 or OpenMetrics 1.0.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "prometheus/sample.hpp"

namespace telltale::prometheus {

enum class line_kind : std::uint8_t {
  nothing,  ///< blank, or a comment such as HELP and TYPE
  sample,
  end,  ///< `# EOF` of OpenMetrics
  broken
};

/// Accepts what either format allows, and names in quotes, `{"my.name", "my.label"="x"}`, of Prometheus 3: blanks and
/// tabs between words, timestamps with or without a fraction, exemplars, a final CR. Comments are not validated. A
/// timestamp is validated but has no meaning: a value counts as current. Sources:
/// prometheus.io/docs/instrumenting/exposition_formats; OpenMetrics 1.0, section "Text format".
class line_parser {
 public:
  static constexpr std::size_t max_labels = 256;

  /// Parses a line without its line break. The sample is valid until the next call, and as long as the line.
  line_kind parse(std::string_view line);
  sample& found() { return found_; }
  /// Why the last line is broken, e.g. "it has no value".
  std::string_view problem() const { return problem_; }

 private:
  line_kind parse_sample(std::string_view rest);
  line_kind broken(std::string_view why);

  sample found_;
  std::string name_;  ///< of the sample, if it was written with escapes
  std::vector<label> exemplar_;
  std::string_view problem_;
};

}  // namespace telltale::prometheus
