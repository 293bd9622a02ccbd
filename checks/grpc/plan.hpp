// The resolved configuration of one grpc check: secrets and certificates are loaded once.
#pragma once

#include <chrono>
#include <string>

#include "grpc/options.hpp"
#include "grpc/session.hpp"
#include "net/dial.hpp"

namespace telltale::grpc {

struct plan {
  grpc_options options;
  net::target target;
  question what;
  field_list metadata;
  std::string message;  ///< the request
};

/// Throws std::runtime_error with a sentence when a secret or a file with certificates cannot be used.
plan make_plan(grpc_options);

/// Reads the secrets of the metadata again, and returns whether the metadata has changed. Throws as `make_plan`, and
/// then changes nothing. Reads files: see net/renewal.hpp.
bool read_secrets(plan&);

/// Reads the secrets and drops them. Throws as `make_plan`.
void try_secrets(const grpc_options&);

/// The header of a call that may take `left`. The server learns it, so that it can give up, too.
field_list request_fields(const plan&, std::chrono::nanoseconds left);

}  // namespace telltale::grpc
