// What the dns check asks: a name, a record type and the way to ask. Option types with their names.
#pragma once

#include <arpa/nameser.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include <telltale/option_traits.hpp>

namespace telltale {
namespace dns {

enum class record : std::uint8_t { a, aaaa, cname, mx, ns, ptr, soa, srv, txt };

/// Response codes of RFC 1035 section 4.1.1; the enumerators have their numbers.
enum class rcode : std::uint8_t { noerror, formerr, servfail, nxdomain, notimp, refused };

struct question {
  std::string name;  ///< absolute: search domains are never appended
  dns::record record = dns::record::a;
  bool tcp = false;  ///< from the start, not only after a truncated response
};

/// The number of a record type in a message (RFC 1035 section 3.2.2, RFC 2782, RFC 3596).
constexpr int code_of(record type) {
  constexpr std::array<int, 9> codes{ns_t_a,   ns_t_aaaa, ns_t_cname, ns_t_mx, ns_t_ns,
                                     ns_t_ptr, ns_t_soa,  ns_t_srv,   ns_t_txt};
  return codes[static_cast<std::size_t>(type)];
}

}  // namespace dns

template <>
struct choices<dns::record> {
  static constexpr std::array<std::string_view, 9> names{"A", "AAAA", "CNAME", "MX", "NS", "PTR", "SOA", "SRV", "TXT"};
};

template <>
struct choices<dns::rcode> {
  static constexpr std::array<std::string_view, 6> names{"NOERROR",  "FORMERR", "SERVFAIL",
                                                         "NXDOMAIN", "NOTIMP",  "REFUSED"};
};

namespace dns {
inline std::string_view name_of(record type) { return choices<record>::names[static_cast<std::size_t>(type)]; }
}  // namespace dns

}  // namespace telltale
