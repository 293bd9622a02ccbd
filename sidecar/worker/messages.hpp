// Defines what the program and its workers send to each other; one message is one packet.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include <telltale/async_check.hpp>
#include <telltale/memory.hpp>
#include <telltale/outcome.hpp>
#include <telltale/raw_value.hpp>

namespace telltale::wire {

/// Both processes read the same CLOCK_MONOTONIC, so time points are comparable.
using clock = std::chrono::steady_clock;

inline constexpr std::size_t max_part = 64 * 1024;  ///< bytes of a definition, of a check's state, of an answer
inline constexpr std::size_t max_packet = 2 * max_part + 1024;
inline constexpr std::size_t max_endpoints = 64;  ///< of one lookup
inline constexpr std::size_t max_host_length = 1024;

// ---- The pool's part of each packet. Views point into the packet.

struct job_packet {
  std::uint64_t number = 0;
  std::string_view payload;
};
struct answer_packet {
  std::uint64_t number = 0;  ///< of the job; 0: the worker is ready, and the payload names refused restrictions
  clock::time_point began;
  std::chrono::nanoseconds duration{0};
  std::string_view payload;
};

std::string encode(const job_packet&);
std::string encode(const answer_packet&);
std::optional<job_packet> decode_job(std::string_view);
std::optional<answer_packet> decode_answer(std::string_view);

// ---- Payloads of jobs

/// How a worker builds a check.
struct definition {
  std::string type;
  raw_value options;
};
/// One run of a blocking check. Complete in itself, so that any worker can do it.
struct run_request {
  std::string definition;                            ///< encoded
  std::chrono::system_clock::time_point started_at;  ///< of the program, not of the worker
  std::chrono::nanoseconds timeout{0};
  telltale::memory memory;
};
struct lookup_request {
  std::string host;
  std::uint16_t port = 0;
};
using request = std::variant<run_request, lookup_request>;

// ---- Payloads of answers; a lookup's is a `resolution`

struct run_answer {
  telltale::outcome outcome;
  std::optional<telltale::memory> memory;  ///< not set: unchanged
};

std::string encode(const definition&);
std::string encode(const request&);
std::string encode(const run_answer&);
std::string encode(const resolution&);

/// Each returns nothing unless the bytes are exactly one well-formed value. Accepts any input.
std::optional<definition> decode_definition(std::string_view);
std::optional<request> decode_request(std::string_view);
std::optional<run_answer> decode_run_answer(std::string_view);
std::optional<resolution> decode_resolution(std::string_view);

}  // namespace telltale::wire
