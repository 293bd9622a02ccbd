// Executes the jobs of the program in a worker, without the socket.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <telltale/check_type.hpp>

#include "worker/messages.hpp"

namespace telltale {

/// Checks are built at their first run and kept while they are in use.
class job_runner {
 public:
  /// A check that no run has asked for during this time is destroyed; its configuration may have been removed.
  static constexpr std::chrono::minutes keep_unused{1};

  explicit job_runner(const check_table& table) : table_(table) {}

  /// The payload of the answer. Nothing when the payload of the job is malformed. `now` is when the job begins.
  std::optional<std::string> run(std::string_view payload, wire::clock::time_point now);

 private:
  struct built_check {
    std::unique_ptr<blocking_check> check;
    wire::clock::time_point last_used;
  };

  wire::run_answer run_check(const wire::run_request&, wire::clock::time_point now);
  blocking_check& check_of(const std::string& definition, wire::clock::time_point now);

  const check_table& table_;
  std::map<std::string, built_check> checks_;  ///< by their encoded definition
  wire::clock::time_point next_sweep_;
};

}  // namespace telltale
