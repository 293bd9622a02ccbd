// HTTP/2 frames as a server writes them and reads them, without nghttp2 (RFC 9113 section 4.1, RFC 7541 section 6.2.2).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace telltale::fakes::h2 {

enum type : unsigned {
  data = 0,
  headers = 1,
  rst_stream = 3,
  settings = 4,
  push_promise = 5,
  ping = 6,
  goaway = 7,
  window_update = 8,
  continuation = 9
};
enum flag : unsigned { none = 0, ack = 1, end_stream = 1, end_headers = 4, padded = 8 };

inline std::string big_endian(std::uint64_t value, int size) {
  std::string out;
  for (int shift = 8 * size - 8; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift & 0xff);
  return out;
}

inline std::string frame(unsigned type, unsigned flags, std::uint32_t stream, std::string_view payload = {}) {
  return big_endian(payload.size(), 3) + static_cast<char>(type) + static_cast<char>(flags) + big_endian(stream, 4) +
         std::string(payload);
}

using fields = std::vector<std::pair<std::string, std::string>>;

/// Literal fields without indexing and without Huffman codes.
inline std::string block(const fields& list) {
  const auto text = [](const std::string& s) {
    std::string out;
    if (s.size() < 127) out += static_cast<char>(s.size());
    else {
      out += '\x7f';
      auto rest = s.size() - 127;
      for (; rest >= 128; rest /= 128) out += static_cast<char>(rest % 128 + 128);
      out += static_cast<char>(rest);
    }
    return out + s;
  };
  std::string out;
  for (const auto& [name, value] : list) out += '\0' + text(name) + text(value);
  return out;
}

inline std::string headers_frame(const fields& list, bool last, std::uint32_t stream = 1) {
  return frame(headers, end_headers | (last ? unsigned{end_stream} : 0U), stream, block(list));
}

inline std::string error_frame(unsigned type, std::uint32_t code, std::uint32_t stream = 1) {
  return frame(type, none, stream, big_endian(code, 4));
}
inline std::string goaway_frame(std::uint32_t last_stream, std::uint32_t code, const std::string& debug = "") {
  return frame(goaway, none, 0, big_endian(last_stream, 4) + big_endian(code, 4) + debug);
}

/// A message with its prefix.
inline std::string message(const std::string& bytes) { return '\0' + big_endian(bytes.size(), 4) + bytes; }

/// What a server sends first: its settings and the acknowledgement of the client's.
inline std::string hello() { return frame(settings, none, 0) + frame(settings, ack, 0); }
inline std::string grpc_header(std::uint32_t stream = 1) {
  return headers_frame({{":status", "200"}, {"content-type", "application/grpc"}}, false, stream);
}
inline std::string trailers(const std::string& status, const fields& more = {}, std::uint32_t stream = 1) {
  fields list{{"grpc-status", status}};
  list.insert(list.end(), more.begin(), more.end());
  return headers_frame(list, true, stream);
}
inline std::string data_frame(const std::string& bytes, bool last = false, std::uint32_t stream = 1) {
  return frame(data, last ? unsigned{end_stream} : 0U, stream, bytes);
}
/// A whole reply with this HealthCheckResponse.
inline std::string reply(const std::string& response, std::uint32_t stream = 1) {
  return grpc_header(stream) + data_frame(message(response), false, stream) + trailers("0", {}, stream);
}
inline const std::string serving = "\x08\x01";
inline const std::string not_serving = "\x08\x02";

struct received_frame {
  unsigned type = 0;
  unsigned flags = 0;
  std::uint32_t stream = 0;
  std::string payload;
};

/// The frames behind the client's preface; an incomplete one at the end is left out.
inline std::vector<received_frame> read_frames(std::string_view bytes) {
  constexpr std::string_view preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
  if (bytes.starts_with(preface)) bytes.remove_prefix(preface.size());
  std::vector<received_frame> out;
  const auto number = [&](std::size_t from, std::size_t size) {
    std::uint32_t value = 0;
    for (std::size_t i = from; i < from + size; ++i) value = value << 8 | static_cast<unsigned char>(bytes[i]);
    return value;
  };
  while (bytes.size() >= 9 && bytes.size() >= 9 + number(0, 3)) {
    out.push_back({number(3, 1), number(4, 1), number(5, 4), std::string(bytes.substr(9, number(0, 3)))});
    bytes.remove_prefix(9 + number(0, 3));
  }
  return out;
}

inline bool has_frame(std::string_view bytes, unsigned type, std::string_view payload, unsigned flags = none) {
  for (const auto& f : read_frames(bytes))
    if (f.type == type && f.payload == payload && f.flags == flags) return true;
  return false;
}

}  // namespace telltale::fakes::h2
