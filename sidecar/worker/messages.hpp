// Defines the messages between the program and its workers; one message is one packet.
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

/// Both processes read the same CLOCK_MONOTONIC, so time points are comparable.
using clock = std::chrono::steady_clock;

inline constexpr std::size_t max_message = 64 * 1024;
inline constexpr std::size_t max_depth = 32;      ///< of an options tree
inline constexpr std::size_t max_endpoints = 64;  ///< of one lookup
inline constexpr std::size_t max_host_length = 1024;

// ---- program to worker

/// The first message.
struct hello {
  std::chrono::system_clock::time_point started_at;  ///< of the program, not of the worker
};
struct define {
  std::uint64_t task = 0;
  std::string type;
  raw_value options;
};
struct forget {
  std::uint64_t task = 0;
};
struct run_item {
  std::uint64_t number = 0;
  std::uint64_t task = 0;
  std::chrono::nanoseconds timeout{0};
  telltale::memory memory;
  std::optional<outcome_kind> unchanged_kind;  ///< an outcome of this kind does not wake the program
};
/// Runs to execute in order. The result buffer decides which side owns each run; see docs/decisions/003.
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
  std::string refused;  ///< the restrictions that the kernel refused; empty: none
};
struct lookup_result {
  std::uint64_t number = 0;
  telltale::resolution resolution;
};
/// The result buffer contains new outcomes.
struct results_written {};
using from_worker = std::variant<ready, lookup_result, results_written>;

/// The outcome of one run. Stored in the result buffer, not in a message.
struct run_outcome {
  std::uint64_t number = 0;
  telltale::outcome outcome;
  std::optional<telltale::memory> memory;  ///< not set: unchanged
  clock::time_point began;
  std::chrono::nanoseconds duration{0};
};

std::string encode(const to_worker&);
std::string encode(const from_worker&);
/// Encodes to the same bytes as a run of `run_batch`, without copying the run's state.
struct run_item_view {
  std::uint64_t number = 0;
  std::uint64_t task = 0;
  std::chrono::nanoseconds timeout{0};
  const telltale::memory& memory;
  const std::optional<outcome_kind>& unchanged_kind;
};
std::string encode_batch(std::uint64_t batch, std::span<const run_item_view>);

/// Returns nothing unless the bytes are exactly one well-formed message. Accepts any input.
std::optional<to_worker> decode_to_worker(std::string_view);
std::optional<from_worker> decode_from_worker(std::string_view);

void put(byte_writer&, const run_outcome&);
std::string encode(const run_outcome&);
/// Decodes consecutive outcomes. Returns nothing unless the bytes are whole outcomes. Accepts any input.
std::optional<std::vector<run_outcome>> decode_outcomes(std::string_view);

/// Sizes of a `run_batch` message without its runs, and of the variable part of a run.
inline constexpr std::size_t run_batch_overhead = 64;
std::size_t encoded_size(const telltale::memory&);

}  // namespace telltale::wire
