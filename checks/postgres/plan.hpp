// The resolved configuration of one postgres check: the connection string is read, certificates are loaded.
#pragma once

#include <string>

#include "base/peer_text.hpp"
#include "net/dial.hpp"
#include "postgres/options.hpp"

namespace telltale::postgres {

struct credentials {
  std::string user;
  std::string password;          ///< empty when there is none
  bool may_be_readable = false;  ///< the password may be sent in clear text, if the server asks for it
};

struct plan {
  postgres_options options;
  std::string shown;  ///< names the target in messages
  net::target target;
  credentials login;
  std::string database;        ///< empty: the server's default, the name of the user
  std::string server_options;  ///< of the connection string
  server_role role = server_role::any;
  secret_list secrets;  ///< must not appear in messages
};

/// Throws std::runtime_error with a sentence, without a part of a secret, when a secret or a file with certificates
/// cannot be used. Reads files: not for use inside a probe, except behind `net::secrets_part`.
plan make_plan(postgres_options);

/// Makes the plan and drops it.
void try_secrets(const postgres_options&);

/// Whether the login has a secret, which may have been replaced since it was read.
bool has_secrets(const postgres_options&);
/// Reads the secrets again, and returns whether one has changed. Throws as `make_plan`, and then changes nothing. Reads
/// files: see net/renewal.hpp.
bool read_secrets(plan&);

}  // namespace telltale::postgres
