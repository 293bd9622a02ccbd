// A table of greetings, and the protocols whose greeting is binary.
#include "net/spoken_protocol.hpp"

namespace telltale::net {
namespace {

struct greeting {
  std::string_view start;  ///< at most five bytes
  std::string_view protocol;
};
constexpr greeting greetings[] = {
    {"HTTP/", "plain HTTP"}, {"SSH-", "SSH"},           {"220 ", "SMTP or FTP"}, {"220-", "SMTP or FTP"},
    {"421 ", "SMTP or FTP"}, {"554 ", "SMTP"},          {"* OK", "IMAP"},        {"* BYE", "IMAP"},
    {"+OK", "POP3"},         {"-ERR", "Redis or POP3"}, {"-NOAU", "Redis"},      {"-DENI", "Redis"},
    {"ERROR", "memcached"},  {"AMQP", "AMQP"},          {"INFO ", "NATS"},       {"RFB 0", "VNC"},
    {"\xff\xfd", "Telnet"},  {"\xff\xfb", "Telnet"},
};

/// A packet with number 0 that begins with the protocol version 10 (or 255, an error): the MySQL protocol, "Connection
/// Phase".
bool is_mysql(std::string_view bytes) {
  return bytes.size() >= 5 && bytes[2] == 0 && bytes[3] == 0 && (bytes[4] == '\x0a' || bytes[4] == '\xff');
}

/// The SETTINGS frame with which a server of HTTP/2 begins (RFC 9113, sections 3.4 and 4.1): length, type 4, no flags.
bool is_http2(std::string_view bytes) { return bytes.size() >= 5 && bytes[0] == 0 && bytes[3] == 4 && bytes[4] == 0; }

}  // namespace

std::string_view spoken_protocol(std::string_view first_bytes) {
  for (const auto& each : greetings)
    if (first_bytes.starts_with(each.start)) return each.protocol;
  if (is_http2(first_bytes)) return "plain HTTP/2";
  return is_mysql(first_bytes) ? "the protocol of MySQL" : "";
}

}  // namespace telltale::net
