// The options of the certificate check.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <telltale/option.hpp>

#include "net/validity.hpp"

namespace telltale {

struct certificate_options {
  file_path path;
  std::optional<file_path> key;
  std::optional<file_path> ca_file;
  std::vector<std::string> host;
  net::expiry_limit expiry;

  static options_of<certificate_options> declared();
  void validate(source_location at, problems& errors) const;
};

}  // namespace telltale
