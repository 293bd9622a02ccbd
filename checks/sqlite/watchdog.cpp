// Evaluates the condition at intervals on a separate thread.
#include "sqlite/watchdog.hpp"

#include <sqlite3.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <utility>

namespace telltale::sqlite {

watchdog::watchdog(connection& watched, std::function<bool()> should_stop)
    : thread_([handle = watched.handle(), should_stop = std::move(should_stop)](std::stop_token stop) {
        constexpr std::chrono::milliseconds interval{50};
        std::mutex mutex;
        std::condition_variable_any stopped;
        std::unique_lock lock(mutex);
        while (!stopped.wait_for(lock, stop, interval, [&] { return stop.stop_requested(); }))
          if (should_stop()) ::sqlite3_interrupt(handle);  // repeated, because it has no effect between two statements
      }) {}

watchdog::~watchdog() = default;

}  // namespace telltale::sqlite
