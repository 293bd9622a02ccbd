// One worker of the pool: its process, what it is doing, and what it has been told.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "worker/batch.hpp"
#include "worker/job.hpp"
#include "worker/worker_process.hpp"

namespace telltale {

enum class worker_state : std::uint8_t {
  starting,  ///< has not said yet that it is ready
  idle,
  busy,
  retiring,  ///< its socket was closed, it should end by itself
  dying,     ///< killed, or ended by itself and not collected yet
  stuck,     ///< killed, and still there after the grace period
};

/// A watch may ring late, when the batch that it was set for has just ended; more than one or two are a worker's doing.
inline constexpr int alarms_borne = 100;

struct worker {
  std::uint64_t id = 0;
  std::unique_ptr<worker_process> process;
  worker_state state = worker_state::starting;
  loop_clock::time_point since;  ///< when it came into this state

  std::optional<batch> work;                ///< while busy; while dying, jobs whose fate depends on how it ended
  std::size_t read = 0;                     ///< bytes of the ledger that were read of this batch
  int false_alarms = alarms_borne;          ///< of its watch until it is given work again, before it is held to be mad
  std::size_t may_speak = 0;                ///< times more until it is given work: once a run, and what was under way
  bool watched = false;                     ///< its watch will ring when this batch takes too long
  bool proved = false;                      ///< has said that it is a worker
  bool slow_work = false;                   ///< its batch is a job known to be slow, or a lookup
  std::unordered_set<std::uint64_t> tasks;  ///< defined in it

  // Once dying:
  std::shared_ptr<task> victim;  ///< the task it was killed in, or died in
  loop_clock::time_point victim_since;
  bool lookup_victim = false;
  std::string blame;  ///< why it was killed; empty: it ended by itself
  bool broke_protocol = false;
  bool killed = true;  ///< false while it is expected to end by itself

  bool listens() const {
    return state == worker_state::starting || state == worker_state::idle || state == worker_state::busy;
  }
  /// It may have something in its ledger that the program has not read.
  bool has_news() const {
    return state == worker_state::busy && !has_lookup() && process->ledger().has_written_since(read);
  }
  bool has_lookup() const { return work && !work->empty() && work->current().is_lookup(); }
  void enter(worker_state next, loop_clock::time_point now) {
    state = next;
    since = now;
  }
  /// Sends the jobs, and what it has to know of their tasks first. On success it is busy with them; when the worker is
  /// gone they are given back. `waited_for`: the program wants to be woken at the end even when all is as it was.
  std::vector<job> give(std::vector<job>, std::uint64_t batch_number, std::chrono::nanoseconds slice, bool waited_for);
  bool forget(std::uint64_t task_number);

 private:
  bool send_lookup(const job&);
  bool send_runs(const std::vector<job>&, std::uint64_t batch_number, bool waited_for);
};

}  // namespace telltale
