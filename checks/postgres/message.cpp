// Reads and writes the formats of the manual's chapter "Message Formats".
#include "postgres/message.hpp"

#include <algorithm>

namespace telltale::postgres {
namespace {

constexpr std::size_t head_size = 5;  // the type, and the length without the type
constexpr std::size_t length_size = 4;
constexpr std::uint32_t protocol_3_0 = 196'608;

/// Those that a server may send to this client: no copying, no function calls.
constexpr std::string_view known_types = "RSKZENATDCIsnt123v";

std::uint32_t number(std::string_view bytes) {
  std::uint32_t out = 0;
  for (const unsigned char c : bytes) out = out << 8 | c;
  return out;
}

std::string int32_bytes(std::size_t value) {
  std::string out;
  for (const unsigned shift : {24U, 16U, 8U, 0U}) out += static_cast<char>(value >> shift & 255U);
  return out;
}

std::string framed(std::string_view type, std::string_view payload) {
  return std::string(type) + int32_bytes(payload.size() + length_size) + std::string(payload);
}

std::string terminated(std::string_view text) { return std::string(text) + '\0'; }

}  // namespace

void message_reader::feed(std::string_view bytes) {
  total_ += bytes.size();
  faulty_ |= total_ > most_bytes;
  if (!faulty_) buffer_ += bytes;
}

std::optional<message> message_reader::next() {
  if (faulty_ || buffer_.empty()) return std::nullopt;
  const bool known = known_types.find(buffer_.front()) != std::string_view::npos;
  const bool complete_head = buffer_.size() >= head_size;
  const auto length = complete_head ? number(std::string_view(buffer_).substr(1, length_size)) : length_size;
  faulty_ = !known || length < length_size || length - length_size > longest_message;
  if (faulty_ || !complete_head || buffer_.size() < 1 + length) return std::nullopt;
  message out{buffer_.front(), buffer_.substr(head_size, length - length_size)};
  buffer_.erase(0, 1 + length);
  recognised_ = true;
  return out;
}

std::string_view field_reader::bytes(std::size_t count) {
  good_ &= count <= left_.size();
  if (!good_) return {};
  const auto out = left_.substr(0, count);
  left_.remove_prefix(count);
  return out;
}

std::uint32_t field_reader::int32() { return number(bytes(4)); }
std::uint16_t field_reader::int16() { return static_cast<std::uint16_t>(number(bytes(2))); }

std::string_view field_reader::text() {
  const auto end = left_.find('\0');
  good_ &= end != std::string_view::npos;
  const auto out = bytes(good_ ? end : 0);
  bytes(1);
  return out;
}

std::optional<server_error> read_error(std::string_view payload) {
  server_error out;
  field_reader fields(payload);
  for (auto type = fields.bytes(1); fields.good() && type != std::string_view("\0", 1); type = fields.bytes(1)) {
    const auto value = fields.text();
    if (type == "C") out.code = value;
    if (type == "M") out.text = value;
  }
  return fields.complete() ? std::optional(out) : std::nullopt;
}

std::optional<row> read_row(std::string_view payload) {
  constexpr std::uint32_t null = 0xffff'ffff;
  row out;
  field_reader fields(payload);
  const auto count = fields.int16();
  for (unsigned i = 0; i < count && fields.good(); ++i) {
    const auto length = fields.int32();
    if (length == null) out.emplace_back();
    else out.emplace_back(fields.bytes(length));
  }
  return fields.complete() ? std::optional(out) : std::nullopt;
}

std::optional<std::uint32_t> read_first_type(std::string_view payload) {
  std::uint32_t first = 0;
  field_reader fields(payload);
  const auto count = fields.int16();
  for (unsigned i = 0; i < count && fields.good(); ++i) {
    fields.text();
    fields.bytes(6);  // table and column
    const auto type = fields.int32();
    fields.bytes(8);  // size, modifier, format
    if (i == 0) first = type;
  }
  return fields.complete() ? std::optional(first) : std::nullopt;
}

std::string startup_message(const name_value_list& parameters) {
  auto payload = int32_bytes(protocol_3_0);
  for (const auto& [name, value] : parameters) payload += terminated(name) + terminated(value);
  return framed("", payload + '\0');
}

std::string password_message(std::string_view password) { return framed("p", terminated(password)); }

std::string sasl_initial_response(std::string_view mechanism, std::string_view data) {
  return framed("p", terminated(mechanism) + int32_bytes(data.size()) + std::string(data));
}

std::string sasl_response(std::string_view data) { return framed("p", data); }

std::string simple_query(std::string_view statements) { return framed("Q", terminated(statements)); }

std::string first_row_query(std::string_view statement) {
  const std::string none("\0\0", 2), unnamed(1, '\0');
  const auto parse = framed("P", unnamed + terminated(statement) + none);
  const auto bind = framed("B", unnamed + unnamed + none + none + none);  // no parameters, text format
  const auto describe = framed("D", "P" + unnamed);
  const auto execute = framed("E", unnamed + int32_bytes(1));
  return parse + bind + describe + execute + framed("S", "");
}

std::string terminate_message() { return framed("X", ""); }

}  // namespace telltale::postgres
