// What both formats of metrics have in common: how numbers and labels are written.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <prometheus/client_metric.h>
#include <prometheus/metric_family.h>
#include <prometheus/metric_type.h>

namespace telltale {

/// The shortest text that reads back as the same number; infinity, the bound of a last bucket, is `+Inf`.
std::string number_text(double value);

/// The word after `# TYPE`; there are gauges, counters and histograms.
std::string_view type_name(prometheus::MetricType);

/// `{name="value",...}` with `extra` as its last part, or nothing when there is nothing to say. Values hold no line
/// breaks: they are `printable` already.
std::string label_set(const std::vector<prometheus::ClientMetric::Label>&, std::string_view extra = {});

using histogram_writer = void (*)(std::string_view name, const prometheus::ClientMetric&, std::string& out);

/// The lines of all series of a family, whose samples have this name; of histograms each format has its own order.
void write_series(const prometheus::MetricFamily&, std::string_view name, histogram_writer, std::string& out);

}  // namespace telltale
