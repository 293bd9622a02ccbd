// Fuzz target: a gRPC server's bytes against a whole call, over a connection in memory: the HTTP/2 session, the header
// and trailers, the message. The first byte chooses the options and the end of the connection.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <exception>
#include <string>
#include <string_view>

#include <boost/asio/error.hpp>

#include "base/utf8.hpp"
#include "grpc/health_message.hpp"
#include "grpc/session.hpp"
#include "grpc_reply.hpp"
#include "require.hpp"

using namespace telltale;
using fuzz::require;

namespace {

constexpr std::string_view token = "hunter2hunter2";
const grpc::field_list request{{":method", "POST"},
                               {":scheme", "http"},
                               {":path", "/grpc.health.v1.Health/Check"},
                               {":authority", "app:50051"},
                               {"te", "trailers"},
                               {"content-type", "application/grpc"},
                               {"authorization", std::string(token)}};

struct choice {
  bool named;        ///< asks for a service
  bool late;         ///< the time is up, instead of the end of the connection
  bool second_call;  ///< the same bytes arrive again, for a second call over the connection
};

struct result {
  finding found;
  finding second;
  std::size_t sent = 0;
};

/// Feeds all bytes, at once or in pieces; those behind the end of the call belong to the connection.
finding receive(grpc::session& http2, std::string_view says, bool whole, const choice& chosen, std::size_t& sent) {
  fuzz::scissors cut(says);
  while (!says.empty()) {
    const auto size = std::min(says.size(), whole ? says.size() : cut.next());
    http2.feed(says.substr(0, size));
    says.remove_prefix(size);
    sent += http2.take_output().size();
  }
  namespace errors = boost::asio::error;
  const boost::system::error_code error = chosen.late ? make_error_code(errors::timed_out) : errors::eof;
  return http2.ended() ? *http2.ended() : http2.explain_lost(error, std::chrono::seconds(2));
}

result run(const grpc::question& what, std::string_view says, const choice& chosen, bool whole) {
  grpc::session http2(what);
  http2.call(request, grpc::encode_request(what.service));
  result out;
  http2.take_output();
  out.found = receive(http2, says, whole, chosen, out.sent);
  // After a failure the check does not use the connection again.
  if (!chosen.second_call || out.found.verdict != verdict::pass || !http2.reusable()) return out;
  require(http2.ended().has_value(), "a connection with an open call is not used again");
  http2.call(request, grpc::encode_request(what.service));
  require(!http2.ended() && http2.unprocessed(), "a new call has no result");
  http2.take_output();
  out.second = receive(http2, says, whole, chosen, out.sent);
  return out;
}

void judge(const finding& found) {
  require(found.sentence.size() < 1024, "a sentence is bounded");
  utf8_reader text;
  require(text.feed(found.sentence) && text.complete(), "a sentence is UTF-8");
  for (const unsigned char c : found.sentence) require(c >= 0x20 && c != 0x7f, "a sentence has no control characters");
  require(found.sentence.find(token) == std::string::npos, "a secret is not repeated");
  if (found.verdict == verdict::pass) return;
  require(!found.sentence.empty(), "a failure has a sentence");
  require(found.reason != reason::ok && found.reason != reason::internal, "a failure has a reason");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const choice chosen{(data[0] & 1) != 0, (data[0] & 2) != 0, (data[0] & 4) != 0};
  const std::string_view says(reinterpret_cast<const char*>(data + 1), size - 1);
  const grpc::question what{chosen.named ? "app.V1" : "", {std::string(token)}};
  const auto whole = run(what, says, chosen, true);
  judge(whole.found);
  judge(whole.second);
  require(whole.sent <= 256 + 4 * size, "what is sent is bounded by what is received");
  if (whole.found.verdict == verdict::pass)
    require(fuzz::reports_serving(says), "only a reply with SERVING and grpc-status 0 passes");
  const auto pieces = run(what, says, chosen, false);
  const bool same = whole.found == pieces.found && whole.second == pieces.second;
  if (!same)
    std::fprintf(stderr, "at once: %s, %s\nin pieces: %s, %s\n", whole.found.sentence.c_str(),
                 whole.second.sentence.c_str(), pieces.found.sentence.c_str(), pieces.second.sentence.c_str());
  require(same, "how bytes arrive changes no finding");
  return 0;
}
