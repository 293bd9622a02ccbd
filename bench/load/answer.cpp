// As much of RFC 9112 as is needed to know that an answer is whole.
#include "answer.hpp"

#include <strings.h>

#include <charconv>

namespace load {
namespace {

bool same(std::string_view a, std::string_view b) {
  return a.size() == b.size() && ::strncasecmp(a.data(), b.data(), a.size()) == 0;
}

bool number(std::string_view text, auto& value, int base = 10) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  return error == std::errc{} && end != text.data();
}

std::string_view next_line(std::string_view& rest) {
  const auto end = rest.find("\r\n");
  const auto line = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 2);
  return line;
}

}  // namespace

bool answer::read_head(std::string_view head) {
  const auto first = next_line(head);
  if (!first.starts_with("HTTP/1.") || first.size() < 12 || !number(first.substr(9, 3), status_)) return false;
  while (!head.empty()) {
    const auto line = next_line(head);
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) return false;
    const auto name = line.substr(0, colon);
    auto value = line.substr(colon + 1);
    while (value.starts_with(' ')) value.remove_prefix(1);
    if (same(name, "content-length")) {
      if (!number(value, body_bytes_)) return false;
      ending_ = ending::length;
    } else if (same(name, "transfer-encoding")) {
      if (!same(value, "chunked")) return false;
      ending_ = ending::chunked;
    } else if (same(name, "connection")) {
      closes_ = same(value, "close");
    }
  }
  return true;
}

answer::progress answer::take_body() {
  const auto body = std::string_view(received_).substr(body_at_);
  if (ending_ == ending::close) return progress::more;
  if (ending_ == ending::length)
    return body.size() < body_bytes_ ? progress::more : body.size() == body_bytes_ ? progress::complete : progress::broken;
  auto rest = body;
  std::size_t sum = 0;
  for (;;) {
    const auto line_end = rest.find("\r\n");
    if (line_end == std::string_view::npos) return progress::more;
    std::size_t chunk = 0;
    if (!number(rest.substr(0, line_end), chunk, 16)) return progress::broken;
    rest.remove_prefix(line_end + 2);
    if (rest.size() < chunk + 2) return progress::more;
    rest.remove_prefix(chunk + 2);
    sum += chunk;
    if (chunk == 0) {
      body_bytes_ = sum;
      return rest.empty() ? progress::complete : progress::broken;
    }
  }
}

answer::progress answer::take(std::string_view bytes) {
  received_.append(bytes);
  if (body_at_ == 0) {
    const auto end = received_.find("\r\n\r\n");
    if (end == std::string::npos) return progress::more;
    if (!read_head(std::string_view(received_).substr(0, end))) return progress::broken;
    body_at_ = end + 4;
  }
  return take_body();
}

answer::progress answer::closed() {
  if (body_at_ == 0 || ending_ != ending::close) return progress::broken;
  body_bytes_ = received_.size() - body_at_;
  return progress::complete;
}

void answer::clear() {
  received_.clear();
  body_at_ = body_bytes_ = 0;
  status_ = 0;
  closes_ = false;
  ending_ = ending::close;
}

}  // namespace load
