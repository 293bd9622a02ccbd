// Interrupts a long-running statement when a condition becomes true.
#pragma once

#include <functional>
#include <thread>

#include <telltale/clock.hpp>

#include "sqlite/connection.hpp"

namespace telltale::sqlite {

/// Interrupts the connection's statement from its own thread, because SQLite calls no progress handler while it
/// traverses a tree (https://sqlite.org/c3ref/interrupt.html is safe from any thread). The statement then fails with
/// SQLITE_INTERRUPT. The connection must outlive the watchdog.
class watchdog {
 public:
  /// `should_stop` is called every 50 ms on the watchdog's thread.
  watchdog(connection&, std::function<bool()> should_stop);
  ~watchdog();
  watchdog(const watchdog&) = delete;
  watchdog& operator=(const watchdog&) = delete;

 private:
  std::jthread thread_;
};

}  // namespace telltale::sqlite
