// The shared state of the steps of one network check run: deadline, findings and measurements.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include <telltale/async_check.hpp>
#include <telltale/clock.hpp>
#include <telltale/limit.hpp>
#include <telltale/outcome.hpp>

#include "net/stream.hpp"
#include "net/tls_facts.hpp"

namespace telltale::net {

/// Lives in the frame of the outermost coroutine of a run, so that the steps may hold references to it.
struct run {
  /// `shown` is the name of the target in messages.
  run(async_context ctx, std::string shown);

  async_context ctx;
  std::string shown;
  time_point begin = std::chrono::steady_clock::now();
  std::chrono::nanoseconds budget;  ///< of the whole run, for messages
  time_point until;  ///< shortly before ctx.deadline, so that the check reports before the scheduler does
  findings found;
  std::string remark;                            ///< appended to the sentence of a healthy run
  std::optional<tls_facts::expiry> certificate;  ///< of the server, over TLS: the one that expires first
  bool client_certificate_wanted = false;        ///< the server has asked for one; whether it insists is not known

  /// Records a finding; its sentence is prefixed with the target.
  void add(finding);
  /// Compares the time since the run began with a limit.
  void judge_latency(const upper_limit<std::chrono::milliseconds>&);
  /// Compares another duration with such a limit.
  void judge_duration(std::chrono::nanoseconds, const upper_limit<std::chrono::milliseconds>&);
  /// The outcome; `healthy` is the sentence used when nothing was found.
  outcome result(const std::string& healthy) &&;
};

/// Measures a step: `<name>_seconds` is recorded by `stop`.
class stopwatch {
 public:
  explicit stopwatch(findings& into) : into_(into) {}
  double stop(const char* name) const {
    const auto seconds = to_seconds(std::chrono::steady_clock::now() - since_);
    into_.measure(name, seconds);
    return seconds;
  }

 private:
  findings& into_;
  time_point since_ = std::chrono::steady_clock::now();
};

}  // namespace telltale::net
