// Builds DNS responses by hand, also wrong ones (RFC 1035 section 4).
#pragma once

#include <arpa/inet.h>
#include <arpa/nameser.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace telltale::fakes {

inline std::string number16(unsigned value) {
  return {static_cast<char>(value >> 8 & 0xff), static_cast<char>(value & 0xff)};
}
inline std::string number32(std::uint32_t value) { return number16(value >> 16) + number16(value & 0xffff); }

/// "a.example" as labels.
inline std::string labels(std::string_view name) {
  std::string out;
  while (!name.empty()) {
    const auto label = name.substr(0, name.find('.'));
    out += static_cast<char>(label.size());
    out += label;
    name.remove_prefix(std::min(name.size(), label.size() + 1));
  }
  return out + '\0';
}

inline std::string address_bytes(const std::string& text) {
  std::array<char, 16> bytes{};
  const int family = text.find(':') == std::string::npos ? AF_INET : AF_INET6;
  ::inet_pton(family, text.c_str(), bytes.data());
  return {bytes.data(), family == AF_INET ? 4U : 16U};
}

inline const std::string same_name = "\xc0\x0c";  ///< a pointer to the name in the question

/// A record of the answer section.
inline std::string resource(unsigned type, const std::string& data, std::uint32_t ttl = 300,
                            const std::string& name = same_name) {
  return name + number16(type) + number16(ns_c_in) + number32(ttl) + number16(static_cast<unsigned>(data.size())) +
         data;
}

inline std::string a(const std::string& address, std::uint32_t ttl = 300, const std::string& name = same_name) {
  return resource(address.find(':') == std::string::npos ? ns_t_a : ns_t_aaaa, address_bytes(address), ttl, name);
}

/// The question of a query: name, type and class.
inline std::string question_of(const std::string& query) { return query.substr(12); }

/// A response to a query. `flags` are added to those of a response: 0x0200 is "truncated".
inline std::string respond(const std::string& query, const std::vector<std::string>& records = {}, unsigned code = 0,
                           unsigned flags = 0) {
  auto out = query.substr(0, 2) + number16(0x8180U | flags | code) + number16(1) +
             number16(static_cast<unsigned>(records.size())) + number32(0) + question_of(query);
  for (const auto& each : records) out += each;
  return out;
}

}  // namespace telltale::fakes
