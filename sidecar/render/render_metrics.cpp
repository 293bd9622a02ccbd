// Metrics in Prometheus' text format, version 0.0.4, written by prometheus-cpp.
#include <sstream>

#include <prometheus/text_serializer.h>

#include "render/metric_families.hpp"
#include "render/render.hpp"

namespace telltale {
namespace {

/// HELP and TYPE come first, and nothing else begins like them.
std::string_view without_head(std::string_view text) {
  while (text.starts_with("# ")) text.remove_prefix(text.find('\n') + 1);
  return text;
}

}  // namespace

std::string metrics_text(const snapshot& picture, const program_counters& counters) {
  std::string out;
  std::ostringstream written;
  const prometheus::TextSerializer serializer;
  metric_writer writer([&](const metric_families& one, bool goes_on) {
    written.str({});
    serializer.Serialize(written, one);
    out += goes_on ? without_head(written.view()) : written.view();
  });
  write_all_metrics(picture, counters, writer);
  return out;
}

}  // namespace telltale
