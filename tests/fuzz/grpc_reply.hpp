// A second, independent reader of the reply to a gRPC call on stream 1, for the fuzz target: frames by hand, header
// fields by nghttp2's decompressor alone.
#pragma once

#include <nghttp2/nghttp2.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace telltale::fuzz {

/// Reads frames until one that ends stream 1; compression breaks off at the first error.
class grpc_reply {
 public:
  explicit grpc_reply(std::string_view bytes) {
    nghttp2_hd_inflater* made = nullptr;
    if (::nghttp2_hd_inflate_new(&made) != 0) return;
    inflater_.reset(made);
    while (bytes.size() >= 9 && !done_) {
      const auto length = number(bytes, 0, 3);
      if (bytes.size() - 9 < length) return;
      take({number(bytes, 3, 1), number(bytes, 4, 1), number(bytes, 5, 4) & 0x7fffffff}, bytes.substr(9, length));
      bytes.remove_prefix(9 + length);
    }
  }
  std::string data;    ///< payload of the DATA frames, without padding
  std::string fields;  ///< ":status=200;...", of all header blocks of the stream

 private:
  struct free_inflater {
    void operator()(nghttp2_hd_inflater* p) const { ::nghttp2_hd_inflate_del(p); }
  };
  struct head {
    std::size_t type;
    std::size_t flags;
    std::size_t stream;
  };
  static std::size_t number(std::string_view bytes, std::size_t at, std::size_t size) {
    std::size_t out = 0;
    for (std::size_t i = at; i < at + size; ++i) out = out << 8 | static_cast<unsigned char>(bytes[i]);
    return out;
  }
  static std::string_view unpadded(const head& frame, std::string_view payload) {
    if ((frame.flags & 8) == 0 || payload.empty()) return payload;
    const auto pad = number(payload, 0, 1);
    payload.remove_prefix(1);
    return payload.substr(0, payload.size() - std::min(pad, payload.size()));
  }
  void take(const head& frame, std::string_view payload) {
    constexpr std::size_t data_type = 0, headers = 1, push_promise = 5, continuation = 9;
    if (frame.type == data_type && frame.stream == 1) data += unpadded(frame, payload);
    if (frame.type == headers || frame.type == push_promise) {
      block_stream_ = frame.type == headers ? frame.stream : 0;
      ends_ = frame.type == headers && (frame.flags & 1) != 0;
      auto part = unpadded(frame, payload);
      const std::size_t skipped = frame.type == push_promise ? 4 : (frame.flags & 0x20) != 0 ? 5 : 0;
      part.remove_prefix(std::min(skipped, part.size()));
      inflate(part, (frame.flags & 4) != 0);
    }
    if (frame.type == continuation) inflate(payload, (frame.flags & 4) != 0);
    const bool last_data = frame.type == data_type && (frame.flags & 1) != 0;
    const bool last_block = (frame.type == headers || frame.type == continuation) && (frame.flags & 4) != 0 && ends_;
    if (last_data ? frame.stream == 1 : last_block && block_stream_ == 1) done_ = true;
  }
  void inflate(std::string_view block, bool last) {
    const auto* in = reinterpret_cast<const std::uint8_t*>(block.data());
    auto left = block.size();
    for (;;) {
      nghttp2_nv field{};
      int flags = 0;
      const auto used = ::nghttp2_hd_inflate_hd2(inflater_.get(), &field, &flags, in, left, last ? 1 : 0);
      if (used < 0) {
        done_ = true;
        return;
      }
      in += used;
      left -= static_cast<std::size_t>(used);
      if ((flags & NGHTTP2_HD_INFLATE_EMIT) != 0 && block_stream_ == 1)
        fields += std::string(reinterpret_cast<const char*>(field.name), field.namelen) + "=" +
                  std::string(reinterpret_cast<const char*>(field.value), field.valuelen) + ";";
      if ((flags & NGHTTP2_HD_INFLATE_FINAL) != 0) ::nghttp2_hd_inflate_end_headers(inflater_.get());
      if ((flags & NGHTTP2_HD_INFLATE_FINAL) != 0 || ((flags & NGHTTP2_HD_INFLATE_EMIT) == 0 && left == 0)) return;
    }
  }

  std::unique_ptr<nghttp2_hd_inflater, free_inflater> inflater_;
  std::size_t block_stream_ = 0;
  bool ends_ = false;
  bool done_ = false;
};

/// Whether the varint field 1 of a HealthCheckResponse may be SERVING: 1, in any number of bytes.
inline bool may_contain_serving(std::string_view message) {
  for (auto at = message.find('\x08'); at != std::string_view::npos; at = message.find('\x08', at + 1)) {
    auto rest = message.substr(at + 1);
    if (rest.empty() || (static_cast<unsigned char>(rest.front()) & 0x7f) != 1) continue;
    return true;
  }
  // The tag may have more bytes than it needs, too.
  return message.find('\x88') != std::string_view::npos;
}

inline bool reports_serving(std::string_view bytes) {
  const grpc_reply reply(bytes);
  const auto has = [&](std::string_view field) { return reply.fields.find(field) != std::string::npos; };
  return has(":status=200;") && has("grpc-status=0") && reply.data.size() >= 7 && reply.data[0] == '\0' &&
         may_contain_serving(std::string_view(reply.data).substr(5));
}

}  // namespace telltale::fuzz
