// A second, independent parser of a server's WebSocket frames (RFC 6455 section 5), for the fuzz target.
#pragma once

#include <string>
#include <string_view>

namespace telltale::fuzz {

struct server_talk {
  std::string messages;  ///< the payloads of all data frames, with a NUL after each message
  std::string pongs;
};

/// Parses frames up to the first close, or to the first incomplete or invalid one.
inline server_talk read_server_frames(std::string_view bytes) {
  server_talk out;
  const auto at = [&](std::size_t i) { return static_cast<std::size_t>(static_cast<unsigned char>(bytes[i])); };
  while (bytes.size() >= 2) {
    const auto code = at(0) & 0x0f;
    if ((at(0) & 0x70) != 0 || (at(1) & 0x80) != 0) break;
    auto length = at(1);
    const std::size_t more = length == 126 ? 2 : length == 127 ? 8 : 0;
    if (code >= 8 && (more != 0 || (at(0) & 0x80) == 0)) break;
    if (bytes.size() < 2 + more) break;
    if (more != 0) length = 0;
    for (std::size_t i = 0; i < more; ++i) length = length << 8 | at(2 + i);
    if (bytes.size() - 2 - more < length) break;
    const auto payload = bytes.substr(2 + more, length);
    if (code <= 2) out.messages += payload;
    if (code <= 2 && (at(0) & 0x80) != 0) out.messages += '\0';
    if (code == 10) out.pongs += payload;
    if (code == 8) break;
    bytes.remove_prefix(2 + more + length);
  }
  return out;
}

}  // namespace telltale::fuzz
