// The TLS options of every network check: declared once, included by each type that supports TLS.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <telltale/option.hpp>

#include "net/endpoint.hpp"
#include "net/validity.hpp"

namespace telltale {
namespace net {

enum class tls_version : std::uint8_t { v1_2, v1_3 };

/// `options_of<my_options>().include(&my_options::tls)` adds them to the type's own.
struct tls_options {
  std::optional<file_path> ca_file;
  std::optional<file_path> cert_file;
  std::optional<file_path> key_file;
  std::optional<std::string> server_name;
  bool insecure = false;
  expiry_limit certificate;

  static options_of<tls_options> declared();
  void validate(source_location at, problems& errors) const;
  std::vector<option_hint> hints() const;
  /// Whether an option is set that has no effect without TLS.
  bool any() const;
  /// Adds a problem when the endpoint has no name to verify.
  void require_name(const endpoint&, source_location at, problems& errors) const;
};

}  // namespace net

template <>
struct choices<net::tls_version> {
  static constexpr std::array<std::string_view, 2> names{"1.2", "1.3"};
};

}  // namespace telltale
