// Writes the messages of a PostgreSQL server.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace telltale::pg {

inline std::string int32(std::uint32_t value) {
  std::string out;
  for (const unsigned shift : {24U, 16U, 8U, 0U}) out += static_cast<char>(value >> shift & 255U);
  return out;
}
inline std::string int16(unsigned value) { return int32(value).substr(2); }

inline std::string message(char type, const std::string& payload) {
  return type + int32(static_cast<std::uint32_t>(payload.size()) + 4) + payload;
}
inline std::string payload_of(const std::string& message) { return message.substr(5); }

inline std::string authentication(std::uint32_t code, const std::string& data = "") {
  return message('R', int32(code) + data);
}
inline std::string parameter(const std::string& name, const std::string& value) {
  return message('S', name + '\0' + value + '\0');
}
inline std::string ready(char status) { return message('Z', std::string(1, status)); }
inline std::string complete(const std::string& tag) { return message('C', tag + '\0'); }
inline std::string error(const std::string& code, const std::string& text) {
  return message('E', std::string("SFATAL\0VFATAL\0C", 15) + code + '\0' + 'M' + text + '\0' + '\0');
}
/// RowDescription of one column with this type.
inline std::string described(std::uint32_t type) {
  return message('T', int16(1) + "x" + '\0' + int32(0) + int16(0) + int32(type) + int16(4) + int32(0) + int16(0));
}
inline std::string data_row(const std::vector<std::optional<std::string>>& values) {
  auto payload = int16(static_cast<unsigned>(values.size()));
  for (const auto& each : values)
    payload += each ? int32(static_cast<std::uint32_t>(each->size())) + *each : int32(0xffff'ffff);
  return message('D', payload);
}

/// The login of a server that asks for nothing.
inline std::string trusted() {
  return authentication(0) + parameter("server_version", "15.0") + message('K', int32(1) + int32(2)) + ready('I');
}
/// The answer to the first query, about a primary.
inline std::string state(const std::string& standby = "f") {
  return complete("BEGIN") + complete("SET") + described(16) + data_row({standby, "off"}) + complete("SELECT 1") +
         ready('T');
}
/// The answer to the configured query.
inline std::string result(const std::string& value = "7") {
  return message('1', "") + message('2', "") + described(23) + data_row({value}) + message('s', "") + ready('T');
}
inline std::string rolled_back() { return complete("ROLLBACK") + ready('I'); }

}  // namespace telltale::pg
