// Queries the state of a gate from a running sidecar.
#pragma once

#include <chrono>
#include <string>

#include "client/http_target.hpp"

namespace telltale {

struct gate_answer {
  bool passes = false;
  std::string text;  ///< human-readable lines with line breaks; no control characters; below 4 KiB
};

/// Docker stores 4096 bytes of a health check's output.
inline constexpr std::size_t longest_answer_text = 4000;

/// Never throws; takes at most `timeout` in total. Only status 200 passes.
gate_answer query_gate(const http_target&, std::chrono::milliseconds timeout);

}  // namespace telltale
