// Reads files with certificates and keys, and clears their content from memory at the end.
#pragma once

#include <string>
#include <string_view>

#include <telltale/finding.hpp>

#include "base/small_file.hpp"

namespace telltale::net {

/// A regular file of at most 4 MiB. Reading may block on a bad file system: not for use inside a network probe.
class pem_file {
 public:
  explicit pem_file(const std::string& path);
  pem_file(pem_file&&) = default;
  pem_file& operator=(pem_file&&) = delete;
  ~pem_file();

  std::string_view text() const { return file_.text; }
  /// Why the file cannot be read, as it follows the path and a colon; else empty.
  std::string problem() const;
  /// The same as a finding of a check, with the path; passes when the file was read.
  finding failure() const;

 private:
  std::string path_;
  small_file file_;
};

}  // namespace telltale::net
