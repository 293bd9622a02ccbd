// The options of the grpc check and the rules between them.
#pragma once

#include <optional>
#include <string>

#include <telltale/option.hpp>

#include "net/endpoint.hpp"
#include "net/kept_connection.hpp"
#include "net/network_options.hpp"
#include "net/tls_options.hpp"

namespace telltale {

struct grpc_options {
  net::endpoint address;
  std::string service;
  std::optional<std::string> authority;
  secret_map metadata;
  bool tls = false;
  net::reconnect_options kept;
  net::network_options network;
  net::tls_options security;

  static options_of<grpc_options> declared();
  void validate(source_location at, problems& errors) const;
};

namespace grpc {

/// Why this may not be sent as metadata, or empty. The result never contains the value.
std::optional<std::string> metadata_name_problem(const std::string& name);
std::optional<std::string> metadata_value_problem(const std::string& name, const std::string& value);

}  // namespace grpc
}  // namespace telltale
