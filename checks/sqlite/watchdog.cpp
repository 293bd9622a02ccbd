// A thread that looks at intervals.
#include "sqlite/watchdog.hpp"

#include <sqlite3.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <utility>

namespace telltale::sqlite {

watchdog::watchdog(connection& watched, std::function<bool()> unwelcome)
    : thread_([handle = watched.handle(), unwelcome = std::move(unwelcome)](std::stop_token stop) {
        constexpr std::chrono::milliseconds between_looks{50};
        std::mutex mutex;
        std::condition_variable_any stopped;
        std::unique_lock lock(mutex);
        while (!stopped.wait_for(lock, stop, between_looks, [&] { return stop.stop_requested(); }))
          if (unwelcome()) ::sqlite3_interrupt(handle);  // again and again: between two statements it has no effect
      }) {}

watchdog::~watchdog() = default;

}  // namespace telltale::sqlite
