// Compares a reply of an expected status with the options. No I/O.
#pragma once

#include <string_view>

#include <telltale/finding.hpp>

#include "base/peer_text.hpp"
#include "http/options.hpp"
#include "net/http_head.hpp"

namespace telltale::web {

/// The first header that is missing or not as expected: `fail mismatch`.
finding judge_headers(const net::reply_head&, const http_options&, const secret_list&);

/// The first expectation that the body does not meet: `fail mismatch`. `cut`: it is longer than `max_body`. Also a
/// warning or failure that the server reports of itself as application/health+json, and a warning when this report
/// cannot be read.
finding judge_body(const net::reply_head&, std::string_view body, bool cut, const http_options&, const secret_list&);

}  // namespace telltale::web
