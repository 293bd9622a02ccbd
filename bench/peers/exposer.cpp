// prometheus-cpp's own server, with the series that telltale has.
//
//   bench_exposer 127.0.0.1:9100 SERIES
#include <prometheus/counter.h>
#include <prometheus/exposer.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

namespace {

std::vector<std::string> split(const std::string& text, char at) {
  std::vector<std::string> parts;
  std::istringstream from(text);
  for (std::string part; std::getline(from, part, at);) parts.push_back(part);
  return parts;
}

prometheus::Labels labels_of(const std::string& text) {
  prometheus::Labels found;
  for (const auto& pair : split(text, ',')) found[pair.substr(0, pair.find('='))] = pair.substr(pair.find('=') + 1);
  return found;
}

/// A line is kind, name, labels and a value, or the bounds of a histogram; separated by tabs.
void add(prometheus::Registry& registry, const std::string& line) {
  const auto field = split(line, '\t');
  const auto labels = labels_of(field[2]);
  const auto& name = field[1];
  if (field[0] == "gauge")
    prometheus::BuildGauge().Name(name).Help(name).Register(registry).Add(labels).Set(std::stod(field[3]));
  if (field[0] == "counter")
    prometheus::BuildCounter().Name(name).Help(name).Register(registry).Add(labels).Increment(std::stod(field[3]));
  if (field[0] == "histogram") {
    prometheus::Histogram::BucketBoundaries bounds;
    for (const auto& bound : split(field[3], ',')) bounds.push_back(std::stod(bound));
    prometheus::BuildHistogram().Name(name).Help(name).Register(registry).Add(labels, bounds).Observe(0.001);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return std::fprintf(stderr, "usage: bench_exposer HOST:PORT SERIES\n"), 2;
  const auto registry = std::make_shared<prometheus::Registry>();
  std::ifstream file(argv[2]);
  for (std::string line; std::getline(file, line);) add(*registry, line);
  // A thread serves one connection at a time, so there must be as many threads as open connections.
  prometheus::Exposer exposer(std::vector<std::string>{"listening_ports", argv[1], "num_threads", "16",
                                                       "enable_keep_alive", "yes", "keep_alive_timeout_ms", "10000",
                                                       "tcp_nodelay", "1"});
  exposer.RegisterCollectable(registry);
  for (;;) ::pause();
}
