// The options of the prometheus check and the rules between them.
#pragma once

#include <chrono>
#include <cstdint>

#include <telltale/check_type.hpp>
#include <telltale/option.hpp>

#include "http/request_options.hpp"
#include "prometheus/rule.hpp"

namespace telltale {

struct prometheus_options {
  http::request_options request;
  prometheus::rule_list values;
  bytes max_page{std::uint64_t{8} << 20};
  std::chrono::milliseconds rate_window{10'000};

  static options_of<prometheus_options> declared();
  void validate(source_location at, problems& errors) const;
};

namespace prometheus {

/// What every check of this type measures beside its values.
std::vector<measurement_info> common_measurements();

}  // namespace prometheus
}  // namespace telltale
