// Options of the disk check.
#pragma once

#include <optional>

#include <telltale/check_type.hpp>

namespace telltale::disk {

struct disk_options {
  file_path path;
  percent warn{80};
  percent fail{90};
  lower_limit<bytes> free;
  upper_limit<percent> inodes{percent{80}, percent{90}};
  bool mount = false;
  bool expect_writable = false;
  bool write_test = false;
  std::optional<bytes> size_limit;

  upper_limit<percent> space() const { return {warn, fail}; }
  void validate(source_location, problems&) const;
  static options_of<disk_options> declared();
};

}  // namespace telltale::disk
