// Maps what a gRPC server reports to a reason and a sentence. No I/O.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <telltale/finding.hpp>

#include "base/peer_text.hpp"
#include "grpc/health_message.hpp"
#include "net/explain.hpp"

namespace telltale::grpc {

/// What a call asks, for messages.
struct question {
  std::string service;  ///< empty: the whole server
  secret_list secrets;  ///< must not appear in messages
};

/// The status of a successful call; `serving` passes.
finding explain_serving(serving_status, const question&);

/// A status code other than 0 (OK). `message` is a grpc-message as sent: percent-encoded UTF-8.
/// https://grpc.github.io/grpc/core/md_doc_statuscodes.html
finding explain_status(unsigned code, std::string_view message, const question&);

/// An HTTP status other than 200, from a server or proxy that sends no grpc-status with it.
finding explain_http_status(unsigned status, bool retry_after);

/// An HTTP reply with status 200 that is not a gRPC reply.
finding explain_content_type(std::string_view content_type, const question&);

/// The server reset the stream of the call (RST_STREAM) or closes the connection (GOAWAY) without having processed it.
/// `code` is an error code of RFC 9113 section 7, `name` its name.
finding explain_reset(std::uint32_t code, std::string_view name);
finding explain_goaway(std::uint32_t code, std::string_view name, std::string_view debug, const question&);

/// The first bytes, at most 9, are not those of an HTTP/2 server. Empty while they may become so: the finding must not
/// depend on their segmentation. `complete`: no more will come.
finding judge_first_bytes(std::string_view bytes, bool complete);

}  // namespace telltale::grpc
