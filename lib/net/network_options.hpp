// The common options of network checks.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string_view>

#include <telltale/limit.hpp>
#include <telltale/option.hpp>

namespace telltale {
namespace net {

enum class ip_version : std::uint8_t { any, v4, v6 };

/// `options_of<my_options>().include(&my_options::network)` adds them to the type's own.
struct network_options {
  ip_version ip = ip_version::any;
  upper_limit<std::chrono::milliseconds> latency;

  static options_of<network_options> declared();
};

}  // namespace net

template <>
struct choices<net::ip_version> {
  static constexpr std::array<std::string_view, 3> names{"any", "4", "6"};
};

}  // namespace telltale
