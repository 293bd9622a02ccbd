// The TLS options of every network check: declared once, included by each type that supports TLS.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include <telltale/limit.hpp>
#include <telltale/option.hpp>

namespace telltale::net {

/// `options_of<my_options>().include(&my_options::tls)` adds them to the type's own.
struct tls_options {
  std::optional<file_path> ca_file;
  std::optional<file_path> cert_file;
  std::optional<file_path> key_file;
  std::optional<std::string> server_name;
  bool insecure = false;
  lower_limit<std::chrono::milliseconds> certificate;

  static options_of<tls_options> declared();
  void validate(source_location at, problems& errors) const;
  std::vector<option_hint> hints() const;
  /// Whether an option is set that has no effect without TLS.
  bool any() const;
};

}  // namespace telltale::net
