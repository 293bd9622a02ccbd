// Number and label syntax that both metrics formats share.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <prometheus/client_metric.h>
#include <prometheus/metric_family.h>
#include <prometheus/metric_type.h>

namespace telltale {

/// Returns the shortest text that parses to the same number; infinity, the bound of a last bucket, is `+Inf`.
std::string number_text(double value);

/// Returns the word after `# TYPE`: gauge, counter or histogram.
std::string_view type_name(prometheus::MetricType);

/// Returns `{name="value",...}` with `extra` as its last part, or nothing without labels. Values are `printable`
/// already, so they contain no line breaks.
std::string label_set(const std::vector<prometheus::ClientMetric::Label>&, std::string_view extra = {});

using histogram_writer = void (*)(std::string_view name, const prometheus::ClientMetric&, std::string& out);

/// Writes the lines of all series of a family with this sample name. Each format has its own order for histograms.
void write_series(const prometheus::MetricFamily&, std::string_view name, histogram_writer, std::string& out);

}  // namespace telltale
