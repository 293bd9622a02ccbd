// Judges the content of certificate files. No I/O.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include <telltale/outcome.hpp>

#include "certificate/options.hpp"

namespace telltale::certificate {

/// The content of the files that the options name.
struct texts {
  std::string_view path;
  std::optional<std::string_view> key;
  std::optional<std::string_view> ca_file;
};

outcome judge(const texts&, const certificate_options&, std::chrono::sys_seconds now);

}  // namespace telltale::certificate
