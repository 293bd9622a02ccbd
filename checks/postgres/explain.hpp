// Maps the errors of a PostgreSQL server, or of a pool in front of it, to a reason and a sentence. No I/O.
#pragma once

#include <string_view>

#include <telltale/finding.hpp>

#include "base/peer_text.hpp"
#include "postgres/message.hpp"

namespace telltale::postgres {

/// By SQLSTATE (manual, "PostgreSQL Error Codes"). The server's text is part of the sentence, without the secrets.
finding explain_error(const server_error&, const secret_list& secrets);

/// Whether this error during the start shows that the server accepts connections, only not this login: for
/// `mode: ready`, as pg_isready judges it.
bool refuses_only_the_login(std::string_view sqlstate);

/// Whether the server or a pool ends its connections, so that a kept one says nothing about the next.
bool ends_connection(std::string_view sqlstate);

/// The first bytes are not those of a PostgreSQL server.
finding explain_other_protocol(std::string_view first_bytes, const secret_list& secrets);

}  // namespace telltale::postgres
