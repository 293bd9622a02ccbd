// What a worker does with a message, without the socket.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>

#include <telltale/check_type.hpp>

#include "worker/messages.hpp"

namespace telltale {

/// Checks are built when they are first run, and kept until forgotten.
class worker_loop {
 public:
  /// False: the program is gone.
  using sender = std::function<bool(const wire::from_worker&)>;
  worker_loop(const check_table& table, sender send) : table_(table), send_(std::move(send)) {}

  /// False: the program is gone, stop.
  bool handle(const wire::to_worker&);

 private:
  struct known_task {
    wire::define definition;
    std::unique_ptr<blocking_check> check;
  };

  bool run(const wire::run_batch&);
  wire::run_outcome run_one(const wire::run_item&);
  outcome probe(const wire::run_item&, memory&);
  blocking_check& check_of(known_task&);

  const check_table& table_;
  sender send_;
  std::chrono::system_clock::time_point started_at_;
  std::map<std::uint64_t, known_task> tasks_;
};

}  // namespace telltale
