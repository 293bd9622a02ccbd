// Encodes a message as one byte for its type followed by its members in order.
#include "worker/messages.hpp"

#include <algorithm>
#include <utility>

#include "worker/bytes_io.hpp"
#include "worker/codec.hpp"

namespace telltale::wire {
namespace {

using std::chrono::nanoseconds;

/// Limits durations to 0..60 years, so that arithmetic with time points cannot overflow.
nanoseconds get_span(byte_reader& in) {
  constexpr std::int64_t longest = 2'000'000'000'000'000'000;
  const auto count = in.number<std::int64_t>();
  if (count < 0 || count > longest) in.fail();
  return nanoseconds(in.ok() ? count : 0);
}

void put_item(byte_writer& out, const run_item_view& item) {
  out.number(item.number);
  out.number(item.task);
  out.number<std::int64_t>(item.timeout.count());
  put(out, item.memory);
  out.number<std::uint8_t>(item.unchanged_kind ? 1 : 0);
  if (!item.unchanged_kind) return;
  out.number(static_cast<std::uint8_t>(item.unchanged_kind->verdict));
  out.number(static_cast<std::uint8_t>(item.unchanged_kind->reason));
}

std::optional<outcome_kind> get_unchanged_kind(byte_reader& in) {
  if (in.number<std::uint8_t>() == 0) return std::nullopt;
  const auto verdict_number = in.number<std::uint8_t>();
  const auto reason_number = in.number<std::uint8_t>();
  if (verdict_number > static_cast<std::uint8_t>(verdict::fail) || reason_number >= reason_count) in.fail();
  if (!in.ok()) return std::nullopt;
  return outcome_kind{static_cast<verdict>(verdict_number), static_cast<reason>(reason_number)};
}

run_item get_run_item(byte_reader& in) {
  run_item item;
  item.number = in.number<std::uint64_t>();
  item.task = in.number<std::uint64_t>();
  item.timeout = get_span(in);
  item.memory = get_memory(in);
  item.unchanged_kind = get_unchanged_kind(in);
  return item;
}

void put_message(byte_writer& out, const hello& m) {
  out.number<std::int64_t>(nanoseconds(m.started_at.time_since_epoch()).count());
}
void put_message(byte_writer& out, const define& m) {
  out.number(m.task);
  out.text(m.type);
  put(out, m.options);
}
void put_message(byte_writer& out, const forget& m) { out.number(m.task); }
void put_batch(byte_writer& out, std::uint64_t batch, std::span<const run_item_view> items) {
  out.number(batch);
  out.count(items.size());
  for (const auto& item : items) put_item(out, item);
}
void put_message(byte_writer& out, const run_batch& m) {
  std::vector<run_item_view> items;
  for (const auto& each : m.items)
    items.push_back({each.number, each.task, each.timeout, each.memory, each.unchanged_kind});
  put_batch(out, m.batch, items);
}
void put_message(byte_writer& out, const lookup& m) {
  out.number(m.number);
  out.text(m.host);
  out.number(m.port);
}
void put_message(byte_writer& out, const ready& m) { out.text(m.refused); }
void put_message(byte_writer& out, const lookup_result& m) {
  out.number(m.number);
  put(out, m.resolution);
}
void put_message(byte_writer&, const results_written&) {}

void get_message(byte_reader& in, hello& m) {
  m.started_at = std::chrono::system_clock::time_point(
      std::chrono::duration_cast<std::chrono::system_clock::duration>(nanoseconds(in.number<std::int64_t>())));
}
void get_message(byte_reader& in, define& m) {
  m.task = in.number<std::uint64_t>();
  m.type = in.text(max_message);
  m.options = get_raw_value(in, max_depth);
}
void get_message(byte_reader& in, forget& m) { m.task = in.number<std::uint64_t>(); }
void get_message(byte_reader& in, run_batch& m) {
  m.batch = in.number<std::uint64_t>();
  auto n = in.count(max_message);
  m.items.reserve(std::min<std::size_t>(n, 1024));
  for (; n > 0 && in.ok(); --n) m.items.push_back(get_run_item(in));
}
void get_message(byte_reader& in, lookup& m) {
  m.number = in.number<std::uint64_t>();
  m.host = in.text(max_host_length);
  m.port = in.number<std::uint16_t>();
}
void get_message(byte_reader& in, ready& m) { m.refused = in.text(max_message); }
void get_message(byte_reader& in, lookup_result& m) {
  m.number = in.number<std::uint64_t>();
  m.resolution = get_resolution(in);
}
void get_message(byte_reader&, results_written&) {}

run_outcome get_run_outcome(byte_reader& in) {
  run_outcome out;
  out.number = in.number<std::uint64_t>();
  out.began = clock::time_point(get_span(in));
  out.duration = get_span(in);
  out.outcome = get_outcome(in);
  if (in.number<std::uint8_t>() != 0) out.memory = get_memory(in);
  return out;
}

template <class Variant>
std::string encode_variant(const Variant& message) {
  byte_writer out;
  out.number(static_cast<std::uint8_t>(message.index()));
  std::visit([&](const auto& m) { put_message(out, m); }, message);
  return std::move(out).take();
}

template <class Variant, std::size_t... I>
std::optional<Variant> decode_variant(std::string_view bytes, std::index_sequence<I...>) {
  byte_reader in(bytes);
  const std::size_t which = in.number<std::uint8_t>();
  std::optional<Variant> out;
  const auto read_as = [&]<std::size_t index>() {
    std::variant_alternative_t<index, Variant> message{};
    get_message(in, message);
    if (in.finished()) out.emplace(std::move(message));
  };
  if (in.ok()) ((which == I ? read_as.template operator()<I>() : void()), ...);
  return out;
}

template <class Variant>
std::optional<Variant> decode_variant(std::string_view bytes) {
  return decode_variant<Variant>(bytes, std::make_index_sequence<std::variant_size_v<Variant>>());
}

}  // namespace

std::string encode(const to_worker& message) { return encode_variant(message); }
std::string encode(const from_worker& message) { return encode_variant(message); }
std::optional<to_worker> decode_to_worker(std::string_view bytes) { return decode_variant<to_worker>(bytes); }
std::optional<from_worker> decode_from_worker(std::string_view bytes) { return decode_variant<from_worker>(bytes); }

std::string encode_batch(std::uint64_t batch, std::span<const run_item_view> items) {
  byte_writer out;
  out.reserve(max_message);
  out.number(static_cast<std::uint8_t>(to_worker(run_batch{}).index()));
  put_batch(out, batch, items);
  return std::move(out).take();
}

void put(byte_writer& out, const run_outcome& found) {
  out.number(found.number);
  out.number<std::int64_t>(nanoseconds(found.began.time_since_epoch()).count());
  out.number<std::int64_t>(found.duration.count());
  put(out, found.outcome);
  out.number<std::uint8_t>(found.memory ? 1 : 0);
  if (found.memory) put(out, *found.memory);
}

std::string encode(const run_outcome& found) {
  byte_writer out;
  put(out, found);
  return std::move(out).take();
}

std::optional<std::vector<run_outcome>> decode_outcomes(std::string_view bytes) {
  constexpr std::size_t usual_size = 128;
  byte_reader in(bytes);
  std::vector<run_outcome> out;
  out.reserve(bytes.size() / usual_size + 1);
  while (in.ok() && !in.finished()) out.push_back(get_run_outcome(in));
  return in.ok() ? std::optional(std::move(out)) : std::nullopt;
}

}  // namespace telltale::wire
