// What a worker does with a message, without the socket.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <unordered_map>
#include <utility>

#include <telltale/check_type.hpp>

#include "worker/ledger.hpp"
#include "worker/messages.hpp"

namespace telltale {

/// Checks are built when they are first run, and kept until forgotten.
class worker_loop {
 public:
  /// False: the program is gone.
  using sender = std::function<bool(const wire::from_worker&)>;
  /// The ledger is the one shared with the program, and outlives the loop. `in_time` is called when a batch is as good
  /// as done, before the program can know.
  worker_loop(const check_table& table, ledger& shared, sender send, std::function<void()> in_time)
      : table_(table), ledger_(shared), send_(std::move(send)), in_time_(std::move(in_time)) {}

  /// False: the program is gone, stop.
  bool handle(const wire::to_worker&);

 private:
  struct known_task {
    std::unique_ptr<wire::define> unbuilt;  ///< until the check was built
    std::unique_ptr<blocking_check> check;
    bool examination = false;
  };

  bool run(const wire::run_batch&);
  wire::run_outcome run_one(const wire::run_item&, wire::clock::time_point began);
  outcome probe(const wire::run_item&, memory&);
  blocking_check& check_of(known_task&);

  const check_table& table_;
  ledger& ledger_;
  sender send_;
  std::function<void()> in_time_;
  std::chrono::system_clock::time_point started_at_;
  byte_writer writer_;
  std::unordered_map<std::uint64_t, known_task> tasks_;
};

}  // namespace telltale
