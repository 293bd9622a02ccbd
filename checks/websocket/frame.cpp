// The framing state machine; every rule a server can break is a sentence here.
#include "websocket/frame.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <telltale/units.hpp>

#include "websocket/first_bytes.hpp"

namespace telltale::websocket {
namespace {

constexpr std::size_t max_control = 125;

void append_big_endian(std::string& out, std::uint64_t value, int count) {
  for (int shift = 8 * (count - 1); shift >= 0; shift -= 8) out += static_cast<char>(value >> shift & 0xff);
}

}  // namespace

std::string make_frame(opcode code, std::string_view payload, mask_key mask) {
  std::string out(1, static_cast<char>(0x80 | static_cast<unsigned>(code)));
  if (payload.size() <= max_control) {
    append_big_endian(out, 0x80 | payload.size(), 1);
  } else if (payload.size() <= 0xffff) {
    append_big_endian(out, 0x80 | 126, 1);
    append_big_endian(out, payload.size(), 2);
  } else {
    append_big_endian(out, 0x80 | 127, 1);
    append_big_endian(out, payload.size(), 8);
  }
  out.append(mask.data(), mask.size());
  for (std::size_t i = 0; i < payload.size(); ++i) out += static_cast<char>(payload[i] ^ mask[i % mask.size()]);
  return out;
}

std::string close_payload(std::uint16_t code) {
  std::string out;
  append_big_endian(out, code, 2);
  return out;
}

std::optional<std::uint16_t> event::close_code() const {
  if (kind != kind_t::close || payload.size() < 2) return std::nullopt;
  return static_cast<std::uint16_t>(byte_at(payload, 0) << 8 | byte_at(payload, 1));
}

std::string_view event::close_reason() const {
  return close_code() ? std::string_view(payload).substr(2) : std::string_view();
}

void event_reader::feed(std::string_view bytes) {
  bytes_.erase(0, used_);
  used_ = 0;
  bytes_ += bytes;
}

std::optional<event> event_reader::next() {
  while (broken_.empty()) {
    if (!head_ && !read_head()) break;
    take_payload();
    if (left_ != 0 || !broken_.empty()) break;
    if (auto found = end_frame()) return found;
  }
  return std::nullopt;
}

std::string event_reader::meanwhile() const {
  // In a flood any small frame may be the one that is cut: the sentence is the same at each run.
  constexpr std::uint64_t large = 1024 * 1024;
  const bool unfinished = head_ && left_ != 0;
  if (unfinished && (!had_message_ || head_->length >= large))
    return fmt::format(": a frame of {} has not ended", human_bytes(static_cast<double>(head_->length)));
  if (had_message_) return ", though other messages came";
  return in_message_ ? ": a fragmented message has not ended" : "";
}

std::uint64_t event_reader::big_endian(std::size_t from, std::size_t count) const {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < count; ++i) value = value << 8 | byte_at(bytes_, used_ + from + i);
  return value;
}

std::string event_reader::fault_of(unsigned first, unsigned second) const {
  const auto code = first & 0x0f;
  const bool final = (first & 0x80) != 0;
  const bool control = code >= 8;
  if ((first & 0x70) != 0) return "a frame uses reserved bits, as for an extension that was not agreed on";
  if ((code > 2 && code < 8) || code > 10) return fmt::format("a frame has the unknown opcode {}", code);
  if ((second & 0x80) != 0) return "a frame from the server is masked, which only a client may do";
  if (control && !final) return "a control frame is fragmented";
  if (control && (second & 0x7f) > max_control) return "a control frame is longer than 125 bytes";
  if (code == 0 && !in_message_) return "a continuation frame came with nothing to continue";
  if ((code == 1 || code == 2) && in_message_) return "a new message began inside a fragmented one";
  return "";
}

std::string event_reader::fault_of_length(unsigned short_length, std::uint64_t length) const {
  if ((short_length == 126 && length < 126) || (short_length == 127 && length <= 0xffff))
    return "a frame's length is not written in the shortest form";
  if (length >> 63 != 0) return "a frame's length has its highest bit set, which is never allowed";
  return "";
}

/// Some applications and proxies answer twice: 101 to the handshake, then again. As frames such bytes make no sense.
bool event_reader::begins_http() {
  constexpr std::string_view http = "HTTP/1.";
  const auto bytes = std::string_view(bytes_).substr(used_);
  if (!agrees(bytes, http)) return false;
  if (bytes.size() >= http.size()) broken_ = "the server sent another HTTP response behind its 101, instead of a frame";
  return true;
}

bool event_reader::read_head() {
  if (available() < 2 || begins_http()) return false;
  const auto first = byte_at(bytes_, used_);
  const auto second = byte_at(bytes_, used_ + 1);
  if (auto fault = fault_of(first, second); !fault.empty()) return broken_ = fault, false;
  const auto short_length = second & 0x7f;
  const std::size_t extra = short_length == 126 ? 2 : short_length == 127 ? 8 : 0;
  if (available() < 2 + extra) return false;
  const auto length = extra == 0 ? short_length : big_endian(2, extra);
  if (auto fault = fault_of_length(short_length, length); !fault.empty()) return broken_ = fault, false;
  head_ = frame_head{(first & 0x80) != 0, static_cast<opcode>(first & 0x0f), length};
  left_ = length;
  used_ += 2 + extra;
  if (head_->code == opcode::text || head_->code == opcode::binary) begin_message();
  return true;
}

void event_reader::begin_message() {
  text_.reset();
  if (head_->code == opcode::text) text_.emplace();
  search_.restart();
  disregarded_ = false;
}

void event_reader::take_payload() {
  const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(left_, available()));
  const auto piece = std::string_view(bytes_).substr(used_, count);
  if (is_control()) control_ += piece;
  else take_message(piece);
  used_ += count;
  left_ -= count;
}

/// RFC 6455 section 8.1: text that is not UTF-8 fails the connection, wherever in the message that shows.
void event_reader::take_message(std::string_view piece) {
  search_.feed(piece);
  if (!text_) return;
  const bool ends = head_->final && left_ == piece.size();
  if (!text_->feed(piece) || (ends && !text_->complete())) broken_ = "a text message is not valid UTF-8";
}

std::string event_reader::fault_of_close(std::string_view payload) const {
  if (payload.size() == 1) return "a close frame carries half a code";
  utf8_reader reason;
  const bool valid = payload.size() < 2 || (reason.feed(payload.substr(2)) && reason.complete());
  return valid ? "" : "the reason of a close frame is not valid UTF-8";
}

std::optional<event> event_reader::end_frame() {
  const auto head = *head_;
  head_.reset();
  if (head.code >= opcode::close) {
    event out;
    out.kind = head.code == opcode::ping   ? event::kind_t::ping
               : head.code == opcode::pong ? event::kind_t::pong
                                           : event::kind_t::close;
    out.payload = std::move(control_);
    control_.clear();
    if (out.kind == event::kind_t::close) broken_ = fault_of_close(out.payload);
    return broken_.empty() ? std::optional(std::move(out)) : std::nullopt;
  }
  in_message_ = !head.final;
  if (in_message_) return std::nullopt;
  had_message_ = true;
  return event{event::kind_t::message, {}, search_.found() && !disregarded_};
}

}  // namespace telltale::websocket
