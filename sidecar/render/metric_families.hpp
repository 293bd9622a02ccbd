// The metrics of a picture in prometheus-cpp's data model, before they are written in either format.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <prometheus/metric_family.h>

#include "render/metric_writer.hpp"
#include "snapshot/snapshot.hpp"

namespace telltale {

/// Label names and values. Values come from the configuration, the reasons and the paths we know: never from a request
/// or a probed target, so that the number of series is known from the start.
using metric_labels = std::vector<std::pair<std::string_view, std::string_view>>;

/// An empty family; counters' names end in `_total`. HELP is stored as it goes out (escaped, one line), because
/// prometheus-cpp writes it unchanged.
metric_family gauge_family(std::string_view name, std::string_view help);
metric_family counter_family(std::string_view name, std::string_view help);
metric_family histogram_family(std::string_view name, std::string_view help);

/// One series. Values that are not finite are left out.
void add_value(metric_family&, const metric_labels&, double value);
void add_histogram(metric_family&, const metric_labels&, const histogram&);

/// Names made of [a-zA-Z0-9_] only.
std::string metric_name(std::string_view text);

/// A family of one series, without labels.
void write_gauge(std::string_view name, std::string_view help, double value, metric_writer&);
void write_counter(std::string_view name, std::string_view help, double value, metric_writer&);

/// The parts of the whole.
void write_check_metrics(const snapshot&, metric_writer&);
void write_measurement_metrics(const snapshot&, metric_writer&);
void write_gate_metrics(const snapshot&, metric_writer&);
void write_program_metrics(const program_counters&, metric_writer&);
/// The standard `process_*` metrics, from /proc/self: the one part that is not in the picture.
void write_process_metrics(const snapshot&, metric_writer&);

/// Every family, in a stable order.
void write_all_metrics(const snapshot&, const program_counters&, metric_writer&);

/// The text format, version 0.0.4.
std::string to_text(const metric_families&);

}  // namespace telltale
