// Runs Beast's parser on a head that is valid and on the bytes that follow it.
#include "http/body_framing.hpp"

#include <algorithm>
#include <limits>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include "base/ascii.hpp"
#include "net/http_head.hpp"

namespace telltale::http {
namespace {

namespace beast = boost::beast;
using beast::http::error;
using error_code = boost::system::error_code;

/// Beast reads an unknown transfer coding as none. This client asks for none (it sends no TE), so only chunked is
/// valid.
std::string coding_problem(std::string_view head) {
  const auto parsed = net::parse_reply_head(head);
  if (!parsed) return "the reply is not valid HTTP";
  const auto codings = parsed->values("Transfer-Encoding");
  if (codings.empty()) return "";
  if (parsed->http_1_0) return "the reply has a Transfer-Encoding, which HTTP/1.0 does not";
  if (!parsed->values("Content-Length").empty()) return "the reply has both a Content-Length and a Transfer-Encoding";
  if (codings.size() > 1 || !equal_ignoring_case(codings.front(), "chunked"))
    return "the reply has a Transfer-Encoding other than chunked, which was not requested";
  return "";
}

std::string problem_of(const error_code& code) {
  if (code == error::bad_content_length) return "the reply has an invalid Content-Length";
  if (code == error::multiple_content_length) return "the reply has several different Content-Length values";
  if (code == error::bad_chunk || code == error::bad_chunk_extension) return "the reply has an invalid chunk";
  return "the reply is not valid HTTP";
}

/// Beast needs the blank behind the status, which a server without a reason phrase may omit.
std::string with_blank(std::string_view head) {
  constexpr std::string_view status_line = "HTTP/1.1 200";
  std::string out(head);
  if (out[status_line.size()] == '\r') out.insert(status_line.size(), 1, ' ');
  return out;
}

}  // namespace

class body_framing::parser final : public beast::http::basic_parser<false> {
 public:
  std::uint64_t most = 0;
  const body_sink* sink = nullptr;
  std::uint64_t passed = 0;
  bool enough = false;
  bool invalid = false;
  std::string problem;

  void reject(std::string why) {
    invalid = true;
    problem = std::move(why);
  }

  std::size_t parse(std::string_view bytes, error_code& result) {
    const auto used = put(boost::asio::buffer(bytes.data(), bytes.size()), result);
    if (result && result != error::need_more) reject(problem_of(result));
    return used;
  }

  /// Parses one element of the body; 0: more bytes are needed first.
  std::size_t step(std::string_view bytes) {
    constexpr std::size_t shortest_end = 5;  // "0CRLFCRLF": Beast asserts on a last chunk that is shorter
    const bool in_line = chunked() && chunk_left_ == 0;
    if (in_line && bytes.starts_with('0') && bytes.size() < shortest_end) return 0;
    error_code result;
    const auto used = parse(in_line ? bytes.substr(0, longest_line) : bytes, result);
    if (in_line && result == error::need_more && bytes.size() >= longest_line)
      reject("the reply has a chunk header or trailers longer than 8 KiB");
    return used;
  }

 private:
  using text = beast::string_view;

  std::size_t pass(text piece) {
    const std::string_view bytes(piece.data(), piece.size());
    if (enough) return bytes.size();
    const auto fit = bytes.substr(0, most - passed);
    passed += fit.size();
    enough = (!fit.empty() && !(*sink)(fit)) || fit.size() < bytes.size();
    return bytes.size();
  }

  void on_request_impl(beast::http::verb, text, text, int, error_code&) override {}
  void on_response_impl(int, text, int, error_code&) override {}
  void on_field_impl(beast::http::field, text, text, error_code&) override {}
  void on_header_impl(error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(text piece, error_code&) override { return pass(piece); }
  void on_chunk_header_impl(std::uint64_t size, text, error_code&) override { chunk_left_ = size; }
  std::size_t on_chunk_body_impl(std::uint64_t, text piece, error_code&) override {
    chunk_left_ -= piece.size();
    return pass(piece);
  }
  void on_finish_impl(error_code&) override {}

  std::uint64_t chunk_left_ = 0;
};

body_framing::body_framing(std::string_view head, bool to_head_request) : parser_(std::make_unique<parser>()) {
  if (auto why = coding_problem(head); !why.empty()) {
    parser_->reject(std::move(why));
    return;
  }
  parser_->header_limit(std::numeric_limits<std::uint32_t>::max());  // the caller has measured it
  parser_->body_limit(boost::none);
  parser_->skip(to_head_request);
  error_code result;
  parser_->parse(with_blank(head), result);
  if (!parser_->is_header_done() && !parser_->invalid) parser_->reject("the reply is not valid HTTP");
}

body_framing::~body_framing() = default;

body_framing::state body_framing::feed(std::string& input, std::size_t most, const body_sink& sink) {
  auto& p = *parser_;
  p.most = most;
  p.sink = &sink;
  std::size_t used = 0;
  while (!p.invalid && !p.enough && !p.is_done() && used < input.size()) {
    const auto taken = p.step(std::string_view(input).substr(used));
    if (taken == 0) break;
    used += taken;
  }
  input.erase(0, used);
  if (p.invalid) return state::invalid;
  return p.is_done() ? state::complete : state::more;
}

body_framing::state body_framing::end() {
  if (parser_->invalid) return state::invalid;
  error_code result;
  if (!parser_->is_done()) parser_->put_eof(result);
  return result ? state::more : state::complete;
}

std::uint64_t body_framing::body_bytes() const { return parser_->passed; }
bool body_framing::enough() const { return parser_->enough; }
bool body_framing::keeps_alive() const { return !parser_->invalid && parser_->is_done() && parser_->keep_alive(); }
const std::string& body_framing::problem() const { return parser_->problem; }
std::optional<std::uint64_t> body_framing::content_length() const {
  const auto announced = parser_->content_length();
  return announced ? std::optional(*announced) : std::nullopt;
}

}  // namespace telltale::http
