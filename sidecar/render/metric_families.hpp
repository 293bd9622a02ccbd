// Builds the metrics of a snapshot in prometheus-cpp's data model, independent of the output format.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <prometheus/metric_family.h>

#include "render/metric_writer.hpp"
#include "snapshot/snapshot.hpp"

namespace telltale {

/// Label names and values. Values come only from the configuration and from known reasons and paths, never from
/// requests or targets, which bounds the number of series.
using metric_labels = std::vector<std::pair<std::string_view, std::string_view>>;

/// Returns an empty family; names of counters end in `_total`. HELP is stored escaped and on one line, because
/// prometheus-cpp writes it unchanged.
metric_family gauge_family(std::string_view name, std::string_view help);
metric_family counter_family(std::string_view name, std::string_view help);
metric_family histogram_family(std::string_view name, std::string_view help);

/// Adds one series. Omits values that are not finite.
void add_value(metric_family&, const metric_labels&, double value);
void add_histogram(metric_family&, const metric_labels&, const histogram&);

/// Returns a name of [a-zA-Z0-9_] only.
std::string metric_name(std::string_view text);

/// Writes a family of one series without labels.
void write_gauge(std::string_view name, std::string_view help, double value, metric_writer&);
void write_counter(std::string_view name, std::string_view help, double value, metric_writer&);

void write_check_metrics(const snapshot&, metric_writer&);
void write_measurement_metrics(const snapshot&, metric_writer&);
void write_gate_metrics(const snapshot&, metric_writer&);
void write_program_metrics(const program_counters&, metric_writer&);
/// Writes the standard `process_*` metrics from /proc/self, which are not part of the snapshot.
void write_process_metrics(const snapshot&, metric_writer&);

/// Writes every family in a stable order.
void write_all_metrics(const snapshot&, const program_counters&, metric_writer&);

std::string to_text(const metric_families&);

}  // namespace telltale
