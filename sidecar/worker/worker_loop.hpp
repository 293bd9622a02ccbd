// Executes the messages of the program in a worker, without the socket.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <unordered_map>
#include <utility>

#include <telltale/check_type.hpp>

#include "worker/messages.hpp"
#include "worker/result_buffer.hpp"

namespace telltale {

/// Checks are built at their first run and kept until forgotten.
class worker_loop {
 public:
  /// Returns false when the program has exited.
  using sender = std::function<bool(const wire::from_worker&)>;
  /// `shared` is mapped by the program too and must outlive the loop. `on_batch_done` is called just before the last
  /// outcome becomes readable.
  worker_loop(const check_table& table, result_buffer& shared, sender send, std::function<void()> on_batch_done)
      : table_(table), result_buffer_(shared), send_(std::move(send)), on_batch_done_(std::move(on_batch_done)) {}

  /// Returns false when the program has exited and the worker must stop.
  bool handle(const wire::to_worker&);

 private:
  struct known_task {
    std::unique_ptr<wire::define> unbuilt;  ///< until the check is built
    std::unique_ptr<blocking_check> check;
  };

  bool run(const wire::run_batch&);
  wire::run_outcome run_one(const wire::run_item&, wire::clock::time_point began);
  outcome probe(const wire::run_item&, memory&);
  blocking_check& check_of(known_task&);

  const check_table& table_;
  result_buffer& result_buffer_;
  sender send_;
  std::function<void()> on_batch_done_;
  std::chrono::system_clock::time_point started_at_;
  byte_writer writer_;
  std::unordered_map<std::uint64_t, known_task> tasks_;
};

}  // namespace telltale
