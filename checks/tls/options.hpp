// The options of the tls check and the rules between them.
#pragma once

#include <optional>

#include <telltale/option.hpp>

#include "net/endpoint.hpp"
#include "net/network_options.hpp"
#include "net/starttls.hpp"
#include "net/tls_options.hpp"

namespace telltale {

struct tls_check_options {
  net::endpoint address;
  std::optional<net::starttls> starttls;
  net::tls_version min_version = net::tls_version::v1_2;
  std::optional<file_path> file;
  net::tls_options security;
  net::network_options network;

  static options_of<tls_check_options> declared();
  void validate(source_location at, problems& errors) const;
};

}  // namespace telltale
