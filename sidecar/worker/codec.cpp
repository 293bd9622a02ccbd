// Encodes values as bytes and validates what it decodes.
#include "worker/codec.hpp"

#include <algorithm>

#include "worker/messages.hpp"
#include "worker/outcome_limits.hpp"

namespace telltale::wire {
namespace asio = boost::asio;

void put(byte_writer& out, const raw_value& value) {
  out.number(static_cast<std::uint8_t>(value.kind));
  out.number<std::int32_t>(value.at.line);
  out.number<std::int32_t>(value.at.column);
  out.number<std::uint8_t>((value.quoted ? 1 : 0) | (value.expanded ? 2 : 0));
  out.text(value.text);
  out.count(value.items.size());
  for (const auto& item : value.items) put(out, item);
  out.count(value.members.size());
  for (const auto& member : value.members) {
    out.text(member.key);
    out.number<std::int32_t>(member.at.line);
    out.number<std::int32_t>(member.at.column);
    put(out, member.value);
  }
}

namespace {
source_location get_location(byte_reader& in) {
  source_location at;
  at.line = in.number<std::int32_t>();
  at.column = in.number<std::int32_t>();
  return at;
}
}  // namespace

raw_value get_raw_value(byte_reader& in, std::size_t depth_left) {
  raw_value out;
  const auto kind = in.number<std::uint8_t>();
  // The input may be malformed, so the recursion depth is bounded.
  if (depth_left == 0 || kind > static_cast<std::uint8_t>(raw_value::kind_t::map)) in.fail();
  if (!in.ok()) return out;
  out.kind = static_cast<raw_value::kind_t>(kind);
  out.at = get_location(in);
  const auto flags = in.number<std::uint8_t>();
  out.quoted = (flags & 1) != 0;
  out.expanded = (flags & 2) != 0;
  out.text = in.text(max_message);
  for (auto n = in.count(max_message); n > 0 && in.ok(); --n) out.items.push_back(get_raw_value(in, depth_left - 1));
  for (auto n = in.count(max_message); n > 0 && in.ok(); --n) {
    raw_member member;
    member.key = in.text(max_message);
    member.at = get_location(in);
    member.value = get_raw_value(in, depth_left - 1);
    out.members.push_back(std::move(member));
  }
  return out;
}

void put(byte_writer& out, const memory& value) {
  out.count(value.values().size());
  for (const auto& [name, number] : value.values()) {
    out.text(name);
    out.number(number);
  }
}

memory get_memory(byte_reader& in) {
  memory out;
  for (auto n = in.count(memory::max_entries); n > 0 && in.ok(); --n) {
    const auto name = in.text(max_message);
    out.set(name, in.number<std::int64_t>());
  }
  return out;
}

std::size_t encoded_size(const memory& value) {
  std::size_t size = sizeof(std::uint32_t);
  for (const auto& entry : value.values()) size += sizeof(std::uint32_t) + entry.first.size() + sizeof(std::int64_t);
  return size;
}

void put(byte_writer& out, const outcome& value) {
  out.number(static_cast<std::uint8_t>(value.verdict));
  out.number(static_cast<std::uint8_t>(value.reason));
  out.text(value.message);
  out.count(value.measurements.size());
  for (const auto& measured : value.measurements) {
    out.text(measured.name);
    out.number(measured.value);
  }
}

outcome get_outcome(byte_reader& in) {
  outcome out;
  const auto verdict_number = in.number<std::uint8_t>();
  const auto reason_number = in.number<std::uint8_t>();
  if (verdict_number > static_cast<std::uint8_t>(verdict::fail) || reason_number >= reason_count) in.fail();
  if (!in.ok()) return out;
  out.verdict = static_cast<verdict>(verdict_number);
  out.reason = static_cast<reason>(reason_number);
  out.message = in.text(max_message);
  auto n = in.count(max_message);
  out.measurements.reserve(std::min(n, max_measurements));
  for (; n > 0 && in.ok(); --n) {
    measurement measured;
    measured.name = in.text(max_message);
    measured.value = in.number<double>();
    out.measurements.push_back(std::move(measured));
  }
  return out;
}

void put(byte_writer& out, const resolution& value) {
  const auto n = std::min(value.endpoints.size(), max_endpoints);
  out.count(n);
  for (std::size_t i = 0; i < n; ++i) {
    const auto address = value.endpoints[i].address();
    out.number<std::uint8_t>(address.is_v6() ? 6 : 4);
    if (address.is_v6()) {
      for (const auto byte : address.to_v6().to_bytes()) out.number(byte);
      out.number<std::uint32_t>(static_cast<std::uint32_t>(address.to_v6().scope_id()));
    } else {
      out.number<std::uint32_t>(address.to_v4().to_uint());
    }
    out.number<std::uint16_t>(value.endpoints[i].port());
  }
  out.text(value.error);
}

namespace {
asio::ip::address get_address(byte_reader& in) {
  const auto family = in.number<std::uint8_t>();
  if (family == 4) return asio::ip::address_v4(in.number<std::uint32_t>());
  if (family != 6) in.fail();
  asio::ip::address_v6::bytes_type bytes{};
  for (auto& byte : bytes) byte = in.number<unsigned char>();
  return asio::ip::address_v6(bytes, in.number<std::uint32_t>());
}
}  // namespace

resolution get_resolution(byte_reader& in) {
  resolution out;
  for (auto n = in.count(max_endpoints); n > 0 && in.ok(); --n) {
    const auto address = get_address(in);
    out.endpoints.emplace_back(address, in.number<std::uint16_t>());
  }
  out.error = in.text(max_message);
  // Exactly one of the two must be set: a result with neither addresses nor an error would look like success.
  if (out.endpoints.empty() == out.error.empty()) in.fail();
  return out;
}

}  // namespace telltale::wire
