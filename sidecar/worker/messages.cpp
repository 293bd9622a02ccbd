// Names the members of each message in the order in which they are sent.
#include "worker/messages.hpp"

#include <sys/socket.h>

#include <cstring>
#include <utility>

#include "worker/bytes.hpp"

namespace telltale::wire {

template <>
inline constexpr auto last_enumerator<raw_value::kind_t> = raw_value::kind_t::map;
template <>
inline constexpr auto last_enumerator<verdict> = verdict::fail;
template <>
inline constexpr auto last_enumerator<reason> = static_cast<reason>(reason_count - 1);

// ---- Values

template <class Io>
void fields(Io& io, member_of<Io, source_location> at) {
  io(at.line, at.column);
}

template <class Io>
void fields(Io& io, member_of<Io, raw_value> value) {
  [[maybe_unused]] const auto level = io.nest();
  io(value.kind, value.at, value.text, value.quoted, value.expanded, value.items, value.members);
}

template <class Io>
void fields(Io& io, member_of<Io, raw_member> member) {
  io(member.key, member.at, member.value);
}

template <class Io>
void fields(Io& io, member_of<Io, measurement> measured) {
  io(measured.name, measured.value);
}

template <class Io>
void fields(Io& io, member_of<Io, outcome> found) {
  io(found.verdict, found.reason, found.message, found.measurements);
}

void fields(byte_writer& io, const memory& state) { io(state.values()); }
void fields(byte_reader& io, memory& state) {
  std::vector<std::pair<std::string, std::int64_t>> values;
  io(values);
  if (values.size() > memory::max_entries) io.fail();
  for (const auto& [name, value] : values) state.set(name, value);
}

void fields(byte_writer& io, const boost::asio::ip::tcp::endpoint& endpoint) {
  io(std::string_view(static_cast<const char*>(static_cast<const void*>(endpoint.data())), endpoint.size()));
}
void fields(byte_reader& io, boost::asio::ip::tcp::endpoint& endpoint) {
  std::string bytes;
  io(bytes);
  sa_family_t family = AF_UNSPEC;
  if (bytes.size() >= sizeof family) std::memcpy(&family, bytes.data(), sizeof family);
  const auto size = family == AF_INET ? sizeof(sockaddr_in) : family == AF_INET6 ? sizeof(sockaddr_in6) : 0;
  if (size == 0 || bytes.size() != size) return io.fail();
  endpoint.resize(size);
  std::memcpy(endpoint.data(), bytes.data(), size);
}

void fields(byte_writer& io, const resolution& found) { io(found.endpoints, found.error); }
void fields(byte_reader& io, resolution& found) {
  io(found.endpoints, found.error);
  // Exactly one of the two must be set: a result with neither addresses nor an error would look like success.
  if (found.endpoints.empty() == found.error.empty() || found.endpoints.size() > max_endpoints) io.fail();
}

// ---- Messages

template <class Io>
void fields(Io& io, member_of<Io, definition> m) {
  io(m.type, m.options);
}

template <class Io>
void fields(Io& io, member_of<Io, run_request> m) {
  io(m.definition, m.started_at, m.timeout, m.memory);
}

template <class Io>
void fields(Io& io, member_of<Io, lookup_request> m) {
  io(m.host, m.port);
}

template <class Io>
void fields(Io& io, member_of<Io, run_answer> m) {
  io(m.outcome, m.memory);
}

namespace {

template <class... T>
std::string encoded(const T&... values) {
  byte_writer out;
  out(values...);
  return std::move(out).take();
}

template <class T>
std::optional<T> decoded(byte_reader in) {
  T out{};
  in(out);
  return in.finished() ? std::optional(std::move(out)) : std::nullopt;
}

std::string with_payload(byte_writer header, std::string_view payload) {
  header.bytes(payload);
  return std::move(header).take();
}

}  // namespace

std::string encode(const job_packet& packet) {
  byte_writer out;
  return with_payload(std::move(out(packet.number)), packet.payload);
}

std::string encode(const answer_packet& packet) {
  byte_writer out;
  return with_payload(std::move(out(packet.number, packet.began, packet.duration)), packet.payload);
}

std::optional<job_packet> decode_job(std::string_view bytes) {
  byte_reader in(bytes);
  job_packet out;
  out.payload = in(out.number).rest();
  return in.ok() ? std::optional(out) : std::nullopt;
}

std::optional<answer_packet> decode_answer(std::string_view bytes) {
  byte_reader in(bytes);
  answer_packet out;
  out.payload = in(out.number, out.began, out.duration).rest();
  return in.ok() ? std::optional(out) : std::nullopt;
}

std::string encode(const definition& value) { return encoded(value); }
std::string encode(const run_answer& value) { return encoded(value); }
std::string encode(const resolution& value) { return encoded(value); }
std::string encode(const request& message) {
  const auto type = static_cast<std::uint8_t>(message.index());  // as in decode_request
  return std::visit([&](const auto& m) { return encoded(type, m); }, message);
}

std::optional<definition> decode_definition(std::string_view bytes) { return decoded<definition>(byte_reader(bytes)); }
std::optional<run_answer> decode_run_answer(std::string_view bytes) { return decoded<run_answer>(byte_reader(bytes)); }
std::optional<resolution> decode_resolution(std::string_view bytes) { return decoded<resolution>(byte_reader(bytes)); }
std::optional<request> decode_request(std::string_view bytes) {
  byte_reader in(bytes);
  std::uint8_t type = 0;
  in(type);
  if (type == 0) return decoded<run_request>(in);
  if (type == 1) return decoded<lookup_request>(in);
  return std::nullopt;
}

}  // namespace telltale::wire
