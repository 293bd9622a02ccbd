// The resolved request options of one check: secrets and certificates are loaded, headers are complete.
#pragma once

#include <string>
#include <string_view>

#include "base/peer_text.hpp"
#include "http/request_options.hpp"
#include "net/dial.hpp"
#include "net/http_head.hpp"

namespace telltale::http {

struct request_plan {
  net::target target;
  std::string shown;         ///< names the target in messages
  std::string host;          ///< the value of the Host header
  std::string path;          ///< with the query
  net::header_list headers;  ///< the configured ones, with the credentials
  secret_list secrets;       ///< must not appear in messages
};

/// Throws std::runtime_error with a sentence when a secret or a file with certificates cannot be used. Reads files: not
/// for use inside a probe.
request_plan make_request_plan(const request_options&);

/// Reads the secrets again and replaces host, headers and secrets. Throws as `make_request_plan`, and then changes
/// nothing.
void read_secrets(const request_options&, request_plan&);

/// Whether the request has a secret, which may have been replaced since it was read.
bool has_secrets(const request_options&);

/// The bytes of a request. `defaults` are sent unless the plan has a header of that name. A body has its
/// Content-Length, and `Connection: close` is sent when `keep` is false.
std::string write_request(const request_plan&, std::string_view method, const net::header_list& defaults, bool keep,
                          std::string_view body = "");

}  // namespace telltale::http
