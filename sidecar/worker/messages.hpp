// What the program and its workers say to each other; one message is one packet.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <telltale/async_check.hpp>
#include <telltale/check.hpp>
#include <telltale/memory.hpp>
#include <telltale/outcome.hpp>
#include <telltale/raw_value.hpp>

#include "worker/bytes_io.hpp"
#include "worker/outcome_kind.hpp"

namespace telltale::wire {

/// Both processes read the same CLOCK_MONOTONIC, so moments can be compared between them.
using clock = std::chrono::steady_clock;

inline constexpr std::size_t max_message = 64 * 1024;
inline constexpr std::size_t max_depth = 32;      ///< of an options tree
inline constexpr std::size_t max_endpoints = 64;  ///< of one lookup
inline constexpr std::size_t max_host_length = 1024;

// ---- program to worker

/// First message of all.
struct hello {
  std::chrono::system_clock::time_point started_at;  ///< of the program, not of the worker
};
struct define {
  std::uint64_t task = 0;
  std::string type;
  raw_value options;
  bool examination = false;
};
struct forget {
  std::uint64_t task = 0;
};
struct run_item {
  std::uint64_t number = 0;
  std::uint64_t task = 0;
  std::chrono::nanoseconds timeout{0};
  telltale::memory memory;
  std::optional<telltale::examination> examined;
  std::optional<outcome_kind> no_news;  ///< an outcome of this kind need not wake the program
};
/// Runs to be done one after the other. Who runs what is agreed upon in the ledger, see docs/decisions/003.
struct run_batch {
  std::uint64_t batch = 0;
  std::vector<run_item> items;
};
struct lookup {
  std::uint64_t number = 0;
  std::string host;
  std::uint16_t port = 0;
};
using to_worker = std::variant<hello, define, forget, run_batch, lookup>;

// ---- worker to program

struct ready {
  std::string unconfined;  ///< what the kernel refused of the worker's profile; empty: nothing
};
struct lookup_answer {
  std::uint64_t number = 0;
  telltale::resolution resolution;
};
/// There is something new in the ledger.
struct wrote {};
using from_worker = std::variant<ready, lookup_answer, wrote>;

/// What one run found. Stands in the ledger, not in a message.
struct run_outcome {
  std::uint64_t number = 0;
  telltale::outcome outcome;
  std::optional<telltale::memory> memory;  ///< nothing: it stays as it was
  clock::time_point began;
  std::chrono::nanoseconds duration{0};
};

std::string encode(const to_worker&);
std::string encode(const from_worker&);
/// The same bytes as of a `run_batch`, of items that live elsewhere.
struct run_item_view {
  std::uint64_t number = 0;
  std::uint64_t task = 0;
  std::chrono::nanoseconds timeout{0};
  const telltale::memory& memory;
  const std::optional<telltale::examination>& examined;
  const std::optional<outcome_kind>& no_news;
};
std::string encode_batch(std::uint64_t batch, std::span<const run_item_view>);

/// Nothing when the bytes are not exactly one well-formed message. Safe on any input.
std::optional<to_worker> decode_to_worker(std::string_view);
std::optional<from_worker> decode_from_worker(std::string_view);

void put(byte_writer&, const run_outcome&);
std::string encode(const run_outcome&);
/// One after the other; nothing when the bytes are anything but whole outcomes. Safe on any input.
std::optional<std::vector<run_outcome>> decode_outcomes(std::string_view);

/// Bytes a `run_batch` message takes besides its items, and for one item.
inline constexpr std::size_t run_batch_overhead = 64;
std::size_t encoded_size(const telltale::memory&);
std::size_t encoded_size(const std::optional<examination>&);

}  // namespace telltale::wire
