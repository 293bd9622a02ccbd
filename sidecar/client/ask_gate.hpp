// One question to a running sidecar: does this gate pass, and if not, why?
#pragma once

#include <chrono>
#include <string>

#include "client/http_target.hpp"

namespace telltale {

struct gate_answer {
  bool passes = false;
  std::string text;  ///< lines for a person, each with its line break; no control characters; below 4 KiB
};

/// Docker keeps 4096 bytes of a health check's output.
inline constexpr std::size_t longest_answer_text = 4000;

/// Never throws; everything together takes at most `timeout`. Only status 200 passes.
gate_answer ask_gate(const http_target&, std::chrono::milliseconds timeout);

}  // namespace telltale
