// Implements the scanner as a state machine over bytes.
#include "http_server/head_scanner.hpp"

#include "base/ascii.hpp"

namespace telltale {
namespace {

// RFC 9110, 5.6.2: the characters of a method.
bool is_token(unsigned char c) {
  if (is_letter_or_digit(c)) return true;
  return c != '\0' && std::string_view("!#$%&'*+-.^_`|~").find(static_cast<char>(c)) != std::string_view::npos;
}

// The first byte of every TLS record of a handshake (RFC 8446, 5.1).
constexpr unsigned char tls_handshake = 0x16;

}  // namespace

const char* head_scanner::objection(unsigned char c) const {
  if (after_cr_) return c == '\n' ? nullptr : "A carriage return must be followed by a line feed.";
  if (at_ == at::first_byte) {
    if (c == tls_handshake) return "This port speaks plain HTTP, not TLS: use http:// instead of https://.";
    return is_token(c) ? nullptr : "This is not an HTTP request: it does not begin with a method.";
  }
  if (c == '\r') return nullptr;
  if (c == '\n') return "Lines must end in CR LF, not in LF alone.";
  if (c == '\t') {
    if (at_ == at::header) return nullptr;
    return at_ == at::line_start ? "A header must not be continued on a second line."
                                 : "The request line contains a tab.";
  }
  if (is_control(c)) return "The request head contains a control character.";
  if (c == ' ' && at_ == at::line_start) return "A header must not be continued on a second line.";
  if (c >= 0x80 && at_ == at::request_line) return "The request target must be ASCII: percent-encode other bytes.";
  return nullptr;
}

head_scanner::result head_scanner::scan(std::string_view bytes) {
  for (; position_ < bytes.size(); ++position_) {
    const auto c = static_cast<unsigned char>(bytes[position_]);
    if (const char* sentence = objection(c)) return refusal{400, sentence};
    if (c == '\n') {
      if (at_ == at::line_start) return complete{position_ + 1};
      at_ = at::line_start;
    } else if (c != '\r') {
      at_ = at_ == at::first_byte || at_ == at::request_line ? at::request_line : at::header;
    }
    after_cr_ = c == '\r';
  }
  return incomplete{};
}

}  // namespace telltale
