// What every rule of the disk check is given.
#pragma once

#include <string>

#include <telltale/memory.hpp>
#include <telltale/outcome.hpp>

#include "disk/options.hpp"

namespace telltale::disk {

struct rule_context {
  const disk_options& options;
  const std::string& subject;  ///< begins each sentence: the path, and the mount it is part of
  memory& kept;
  findings& found;
};

}  // namespace telltale::disk
