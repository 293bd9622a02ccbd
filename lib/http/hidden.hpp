// Collects the parts of a request that messages must not contain: secrets, and literals that may be one. No I/O.
#pragma once

#include <string>
#include <string_view>

#include <telltale/option_types.hpp>

#include "base/peer_text.hpp"

namespace telltale::http {

/// Whether the literal value of this header may be a secret. Headers that describe the origin of the request may be
/// shown: a server that declines them names them.
bool may_be_secret(std::string_view header);

/// Hides a text that is long enough to be a secret.
void hide_literal(secret_list&, std::string_view value);

/// Hides the value of a secret, without its prefix.
void hide_secret(secret_list&, const secret& source, const std::string& revealed);

/// Hides the values in the query of a request target, without their names.
void hide_query(secret_list&, std::string_view target);

}  // namespace telltale::http
