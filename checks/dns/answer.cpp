// Implements reading of responses: a parser of c-ares for each record type.
#include "dns/answer.hpp"

#include <ares.h>
#include <arpa/inet.h>
#include <netdb.h>

#include <array>
#include <iterator>
#include <memory>

#include <fmt/format.h>

#include "base/ascii.hpp"
#include "dns/message.hpp"

namespace telltale::dns {
namespace {

using texts = std::vector<std::string>;

struct bytes {
  const unsigned char* data;
  int size;
};

struct releaser {
  void operator()(hostent* of) const { ares_free_hostent(of); }
  void operator()(void* of) const { ares_free_data(of); }
};

std::string address_text(int family, const void* address) {
  std::array<char, INET6_ADDRSTRLEN> out{};
  ::inet_ntop(family, address, out.data(), out.size());
  return out.data();
}

/// c-ares leaves out the final dot, which is all that the root's name has.
std::string name_text(const char* name) { return *name ? lower(std::string_view(name)) : "."; }

int parse_a(bytes from, texts& out) {
  std::vector<ares_addrttl> found(static_cast<std::size_t>(from.size) / 12);  // no record is shorter
  int count = static_cast<int>(found.size());
  const int status = ares_parse_a_reply(from.data, from.size, nullptr, found.data(), &count);
  for (int i = 0; i < count; ++i) out.push_back(address_text(AF_INET, &found[static_cast<std::size_t>(i)].ipaddr));
  return status;
}

int parse_aaaa(bytes from, texts& out) {
  std::vector<ares_addr6ttl> found(static_cast<std::size_t>(from.size) / 12);
  int count = static_cast<int>(found.size());
  const int status = ares_parse_aaaa_reply(from.data, from.size, nullptr, found.data(), &count);
  for (int i = 0; i < count; ++i) out.push_back(address_text(AF_INET6, &found[static_cast<std::size_t>(i)].ip6addr));
  return status;
}

/// c-ares has no parser for CNAME, but that of addresses returns the alias that it followed.
int parse_cname(bytes from, texts& out) {
  hostent* raw = nullptr;
  const int status = ares_parse_a_reply(from.data, from.size, &raw, nullptr, nullptr);
  const std::unique_ptr<hostent, releaser> found(raw);
  if (found && found->h_aliases && *found->h_aliases) out.push_back(name_text(found->h_name));
  return status;
}

int names_of(int status, hostent* raw, texts& out) {
  const std::unique_ptr<hostent, releaser> found(raw);
  for (auto** it = found ? found->h_aliases : nullptr; it && *it; ++it) out.push_back(name_text(*it));
  return status;
}

int parse_ns(bytes from, texts& out) {
  hostent* raw = nullptr;
  const int status = ares_parse_ns_reply(from.data, from.size, &raw);
  return names_of(status, raw, out);
}

int parse_ptr(bytes from, texts& out) {
  hostent* raw = nullptr;
  const int status = ares_parse_ptr_reply(from.data, from.size, nullptr, 0, AF_INET, &raw);
  return names_of(status, raw, out);
}

/// Parsers that return a linked list.
template <class Record, class Text>
int parse_list(int (*parse)(const unsigned char*, int, Record**), bytes from, const Text& add) {
  Record* raw = nullptr;
  const int status = parse(from.data, from.size, &raw);
  const std::unique_ptr<Record, releaser> found(raw);
  for (const auto* it = found.get(); it; it = it->next) add(*it);
  return status;
}

int parse_mx(bytes from, texts& out) {
  return parse_list<ares_mx_reply>(ares_parse_mx_reply, from, [&](const ares_mx_reply& one) {
    out.push_back(fmt::format("{} {}", one.priority, name_text(one.host)));
  });
}

int parse_srv(bytes from, texts& out) {
  return parse_list<ares_srv_reply>(ares_parse_srv_reply, from, [&](const ares_srv_reply& one) {
    out.push_back(fmt::format("{} {} {} {}", one.priority, one.weight, one.port, name_text(one.host)));
  });
}

/// A TXT record is a list of strings of at most 255 bytes, which belong together (RFC 7208 section 3.3).
int parse_txt(bytes from, texts& out) {
  return parse_list<ares_txt_ext>(ares_parse_txt_reply_ext, from, [&](const ares_txt_ext& one) {
    if (one.record_start || out.empty()) out.emplace_back();
    out.back().append(reinterpret_cast<const char*>(one.txt), one.length);
  });
}

int parse_soa(bytes from, texts& out) {
  ares_soa_reply* raw = nullptr;
  const int status = ares_parse_soa_reply(from.data, from.size, &raw);
  const std::unique_ptr<ares_soa_reply, releaser> found(raw);
  if (found)
    out.push_back(fmt::format("{} {} {} {} {} {} {}", name_text(found->nsname), name_text(found->hostmaster),
                              found->serial, found->refresh, found->retry, found->expire, found->minttl));
  return status;
}

using parser = int (*)(bytes, texts&);
constexpr std::array<parser, 9> parsers{parse_a,   parse_aaaa, parse_cname, parse_mx, parse_ns,
                                        parse_ptr, parse_soa,  parse_srv,   parse_txt};

}  // namespace

answer read_answer(std::string_view message, record type) {
  answer out;
  const auto facts = read_message(message, code_of(type));
  if (!facts) return out.fault = answer::fault_t::malformed, out;
  if (!facts->is_response) return out.fault = answer::fault_t::query, out;
  out.code = facts->code;
  out.ttl = facts->lowest_ttl;
  if (facts->of_type == 0) return out;
  const bytes from{reinterpret_cast<const unsigned char*>(message.data()), static_cast<int>(message.size())};
  const int status = parsers[static_cast<std::size_t>(type)](from, out.values);
  if (status == ARES_SUCCESS || status == ARES_ENODATA) return out;
  out = {};
  // c-ares reads no SOA behind an alias or beside another record.
  out.fault = type == record::soa && facts->records > 1 ? answer::fault_t::several_soa : answer::fault_t::malformed;
  return out;
}

std::string canonical(std::string_view value, record type) {
  std::string text(value);
  in6_addr address{};
  const int family = type == record::a ? AF_INET : AF_INET6;
  if (type == record::a || type == record::aaaa)
    return ::inet_pton(family, text.c_str(), &address) == 1 ? address_text(family, &address) : text;
  if (type == record::txt) return text;
  const bool is_root = value == "." || value.ends_with(" .");
  const bool is_escaped = value.ends_with("\\.");  // the last character of a label
  if (value.ends_with('.') && !is_root && !is_escaped) value.remove_suffix(1);
  return lower(value);
}

std::string reverse_name(std::string_view address) {
  const std::string text(address);
  std::array<unsigned char, 16> bytes{};
  std::string out;
  if (::inet_pton(AF_INET, text.c_str(), bytes.data()) == 1)
    return fmt::format("{}.{}.{}.{}.in-addr.arpa", bytes[3], bytes[2], bytes[1], bytes[0]);
  if (::inet_pton(AF_INET6, text.c_str(), bytes.data()) != 1) return out;
  for (auto it = bytes.rbegin(); it != bytes.rend(); ++it)
    fmt::format_to(std::back_inserter(out), "{:x}.{:x}.", *it & 0xfU, *it >> 4U);
  return out + "ip6.arpa";
}

}  // namespace telltale::dns
