// Metrics in Prometheus' text format, version 0.0.4, written by prometheus-cpp.
#include <prometheus/text_serializer.h>

#include "render/metric_families.hpp"
#include "render/render.hpp"

namespace telltale {

std::string metrics_text(const snapshot& picture, const program_counters& counters) {
  return prometheus::TextSerializer().Serialize(all_metrics(picture, counters));
}

}  // namespace telltale
