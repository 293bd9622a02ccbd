// The context of every rule of the disk check.
#pragma once

#include <string>

#include <telltale/memory.hpp>
#include <telltale/outcome.hpp>

#include "disk/options.hpp"

namespace telltale::disk {

struct rule_context {
  const disk_options& options;
  const std::string& subject;  ///< starts each message: the path, and its mount
  memory& kept;
  findings& found;
};

}  // namespace telltale::disk
