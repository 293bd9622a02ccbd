// Explains a status that was not expected as reason and sentence. No I/O.
#pragma once

#include <string_view>
#include <vector>

#include <telltale/finding.hpp>

#include "base/peer_text.hpp"
#include "http/option_values.hpp"
#include "net/http_head.hpp"

namespace telltale::web {

/// What a sentence may depend on besides the reply.
struct asked {
  bool over_tls = false;
  bool with_credentials = false;
  bool certificate_missing = false;  ///< the server has asked for a client certificate, and there is none
  unsigned redirects = 0;            ///< the most that are followed
  const std::vector<status_range>& expected;
  const secret_list& secrets;
};

bool is_expected(unsigned status, const std::vector<status_range>&);

/// Whether `explain_status` reads the body of this reply.
bool body_explains(const net::reply_head&, bool over_tls);

/// Messages contain no text of the server but the address of a redirect without its query, and the fields of an
/// application/health+json body.
finding explain_status(const net::reply_head&, std::string_view body, const asked&);

}  // namespace telltale::web
