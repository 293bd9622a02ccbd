// Reads a metrics page that arrives in pieces, line by line, with bounded memory.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include <telltale/finding.hpp>

#include "base/peer_text.hpp"
#include "prometheus/line_parser.hpp"

namespace telltale::prometheus {

/// Passes each sample to a function. Stops at the first line that is not valid, as Prometheus does: a page with one has
/// no value that can be trusted. Holds at most one line that is not complete.
class page_reader {
 public:
  static constexpr std::size_t max_line = 64 * 1024;
  /// Takes a sample, which is valid during the call. Returns false to stop; the reason is the caller's own.
  using sink = std::function<bool(const sample&)>;

  /// `openmetrics`: the page must end with `# EOF`. `secrets` must outlive the reader; messages do not show them.
  page_reader(bool openmetrics, const secret_list& secrets, sink);

  /// The next piece of the page, split anywhere. False: stopped, and later pieces are ignored.
  bool feed(std::string_view piece);
  /// The page is complete. The finding is a failure when it is not a valid page.
  const finding& finish();

  bool stopped() const { return stopped_; }
  std::size_t samples() const { return samples_; }
  std::size_t held() const { return partial_.capacity(); }  ///< bytes of memory, for tests

 private:
  bool take_line(std::string_view line);
  bool keep(std::string_view piece);
  bool reject(std::string_view line, std::string sentence);

  const bool openmetrics_;
  const secret_list& secrets_;
  sink sink_;
  line_parser parser_;
  std::string partial_;  ///< the beginning of a line
  std::size_t line_ = 0;
  std::size_t samples_ = 0;
  bool ended_ = false;  ///< by `# EOF`
  bool stopped_ = false;
  finding failed_;
};

}  // namespace telltale::prometheus
