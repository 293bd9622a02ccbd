// The options of every check that sends an HTTP request: where to, as whom, and with which headers.
#pragma once

#include <optional>
#include <string>

#include <telltale/option.hpp>
#include <telltale/option_group.hpp>

#include "net/kept_connection.hpp"
#include "net/network_options.hpp"
#include "net/tls_options.hpp"

namespace telltale::http {

struct basic_credentials {
  std::string user;
  telltale::secret password;

  static options_of<basic_credentials> declared();
  void validate(source_location at, problems& errors) const;
};

/// `options_of<my_options>().include(&my_options::request)` adds them to the type's own.
struct request_options {
  telltale::url url;
  std::optional<file_path> unix_socket;
  secret_map headers;
  std::optional<basic_credentials> basic;
  std::optional<telltale::secret> bearer;
  net::reconnect_options kept;
  net::tls_options tls;
  net::network_options network;

  bool secure() const { return url.scheme == "https"; }
  static options_of<request_options> declared();
  void validate(source_location at, problems& errors) const;
  /// Adds a problem when TLS options are set that have no effect, because the check never leaves http://.
  void require_tls(source_location at, problems& errors) const;
};

}  // namespace telltale::http
