// Encodes and decodes the messages of grpc.health.v1: protobuf, and the prefix of a gRPC message. No I/O.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace telltale::grpc {

/// Every gRPC message starts with a flag (1: compressed) and its length in four bytes, big-endian.
/// https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md, "Length-Prefixed-Message".
inline constexpr std::size_t prefix_size = 5;

struct message_prefix {
  unsigned flag = 0;
  std::uint32_t length = 0;
};
/// `bytes` has at least `prefix_size` of them.
message_prefix read_prefix(std::string_view bytes);

/// A HealthCheckRequest with its prefix. https://github.com/grpc/grpc/blob/master/src/proto/grpc/health/v1/health.proto
std::string encode_request(std::string_view service);

/// HealthCheckResponse.ServingStatus; servers may send other numbers.
enum class serving_status : std::int32_t { unknown = 0, serving = 1, not_serving = 2, service_unknown = 3 };

/// The status in a HealthCheckResponse without its prefix, `unknown` when it has none. Nothing if it is not valid
/// protobuf: a field number 0, a group, a length beyond the end, a varint of more than 64 bits, a status that is not a
/// varint. Unknown fields are skipped; the last status counts.
std::optional<serving_status> decode_response(std::string_view message);

}  // namespace telltale::grpc
