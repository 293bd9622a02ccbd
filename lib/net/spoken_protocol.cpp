// A table of greetings, and a function for each protocol whose start is binary.
#include "net/spoken_protocol.hpp"

#include <cstddef>

namespace telltale::net {
namespace {

struct greeting_row {
  std::string_view start;  ///< at most five bytes
  std::string_view protocol;
};
constexpr greeting_row greetings[] = {
    {"HTTP/", "plain HTTP"}, {"SSH-", "SSH"},           {"220 ", "SMTP or FTP"}, {"220-", "SMTP or FTP"},
    {"421 ", "SMTP or FTP"}, {"554 ", "SMTP"},          {"* OK", "IMAP"},        {"* BYE", "IMAP"},
    {"+OK", "POP3"},         {"-ERR", "Redis or POP3"}, {"-NOAU", "Redis"},      {"-DENI", "Redis"},
    {"ERROR", "memcached"},  {"AMQP", "AMQP"},          {"INFO ", "NATS"},       {"RFB 0", "VNC"},
    {"ICY ", "SHOUTcast"},   {"\xff\xfd", "Telnet"},    {"\xff\xfb", "Telnet"},
};

unsigned byte_at(std::string_view bytes, std::size_t i) { return static_cast<unsigned char>(bytes[i]); }

/// A packet with number 0, shorter than 256 bytes, that begins with the protocol version 10 (or 255, an error): the
/// MySQL protocol, "Connection Phase".
begins begins_mysql(std::string_view bytes) {
  constexpr std::string_view zeroes("\0\0\0", 3);
  if (bytes.size() > 1 && !agrees(bytes.substr(1), zeroes)) return begins::no;
  if (bytes.size() < 5) return begins::maybe;
  return bytes[4] == '\x0a' || bytes[4] == '\xff' ? begins::yes : begins::no;
}

}  // namespace

begins begins_tls(std::string_view bytes) {
  if (bytes.empty()) return begins::maybe;
  if (bytes[0] != 0x15 && bytes[0] != 0x16) return begins::no;
  if (bytes.size() == 1) return begins::maybe;
  return bytes[1] == 0x03 ? begins::yes : begins::no;
}

begins begins_http2(std::string_view bytes) {
  constexpr std::string_view preface = "PRI * HTTP/2.0\r\n", no_flags_stream_0("\0\0\0\0\0", 5);
  constexpr std::size_t type_at = 3, flags_at = 4, head = 9;
  constexpr unsigned settings = 4, goaway = 7;
  if (agrees(bytes, preface)) return bytes.size() >= preface.size() ? begins::yes : begins::maybe;
  if (bytes[0] != 0) return begins::no;  // the length of these frames is far below 65,536
  const auto type = bytes.size() > type_at ? byte_at(bytes, type_at) : settings;
  if (type != settings && type != goaway) return begins::no;
  if (bytes.size() > flags_at && !agrees(bytes.substr(flags_at), no_flags_stream_0)) return begins::no;
  if (bytes.size() < head) return begins::maybe;
  const auto length = byte_at(bytes, 1) << 8 | byte_at(bytes, 2);
  return (type == settings ? length % 6 == 0 : length >= 8) ? begins::yes : begins::no;
}

recognition recognise(std::string_view bytes) {
  recognition out;
  for (const auto& each : greetings) {
    if (bytes.starts_with(each.start)) return {begins::yes, each.protocol};
    if (agrees(bytes, each.start)) out.answer = begins::maybe;
  }
  const auto mysql = begins_mysql(bytes);
  if (mysql == begins::yes) return {mysql, "the protocol of MySQL"};
  if (mysql == begins::maybe) out.answer = mysql;
  return out;
}

std::string_view spoken_protocol(std::string_view first_bytes) {
  constexpr std::size_t enough = 5;
  if (const auto found = recognise(first_bytes); found.answer == begins::yes) return found.protocol;
  const bool http2 = first_bytes.size() >= enough && begins_http2(first_bytes.substr(0, enough)) != begins::no;
  return http2 ? "plain HTTP/2" : "";
}

}  // namespace telltale::net
