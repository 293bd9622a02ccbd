// Implements the parts of the protobuf encoding that the health messages need.
// https://protobuf.dev/programming-guides/encoding/
#include "grpc/health_message.hpp"

namespace telltale::grpc {
namespace {

enum wire_type : unsigned { varint = 0, fixed64 = 1, delimited = 2, fixed32 = 5 };

void put_varint(std::string& into, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) into += static_cast<char>(value | 0x80);
  into += static_cast<char>(value);
}

/// Takes a varint from the front. Nothing if it is incomplete or has more than 64 bits.
std::optional<std::uint64_t> take_varint(std::string_view& bytes) {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64 && !bytes.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    if (shift == 63 && byte > 1) return std::nullopt;
    value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
  return std::nullopt;
}

/// Removes the value of a field from the front. False if it is not valid.
bool skip_value(std::string_view& bytes, unsigned type) {
  std::uint64_t length = 0;
  if (type == varint) return take_varint(bytes).has_value();
  if (type == delimited) {
    const auto announced = take_varint(bytes);
    if (!announced) return false;
    length = *announced;
  } else if (type == fixed64 || type == fixed32) {
    length = type == fixed64 ? 8 : 4;
  } else {
    return false;
  }
  if (length > bytes.size()) return false;
  bytes.remove_prefix(static_cast<std::size_t>(length));
  return true;
}

}  // namespace

message_prefix read_prefix(std::string_view bytes) {
  message_prefix out;
  out.flag = static_cast<unsigned char>(bytes[0]);
  for (std::size_t i = 1; i < prefix_size; ++i) out.length = out.length << 8 | static_cast<unsigned char>(bytes[i]);
  return out;
}

std::string encode_request(std::string_view service) {
  constexpr unsigned service_field = 1;
  std::string message;
  if (!service.empty()) {  // an empty text is the default, which is not sent
    put_varint(message, service_field << 3 | delimited);
    put_varint(message, service.size());
    message += service;
  }
  std::string out(1, '\0');
  for (unsigned shift = 32; shift > 0; shift -= 8) out += static_cast<char>(message.size() >> (shift - 8) & 0xff);
  return out + message;
}

std::optional<serving_status> decode_response(std::string_view message) {
  constexpr std::uint64_t status_field = 1, last_field = (1U << 29) - 1;
  auto status = serving_status::unknown;
  while (!message.empty()) {
    const auto tag = take_varint(message);
    const auto field = tag.value_or(0) >> 3;
    if (field == 0 || field > last_field) return std::nullopt;
    const auto type = static_cast<unsigned>(*tag & 7);
    if (field == status_field) {
      const auto value = type == varint ? take_varint(message) : std::nullopt;
      if (!value) return std::nullopt;
      status = static_cast<serving_status>(static_cast<std::int32_t>(*value));  // an enumeration has 32 bits
    } else if (!skip_value(message, type)) {
      return std::nullopt;
    }
  }
  return status;
}

}  // namespace telltale::grpc
