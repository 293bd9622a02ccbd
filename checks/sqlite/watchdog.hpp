// Ends a long reading that has become unwelcome.
#pragma once

#include <functional>
#include <thread>

#include <telltale/clock.hpp>

#include "sqlite/connection.hpp"

namespace telltale::sqlite {

/// Interrupts the connection's statement from a thread of its own, because SQLite asks no progress handler while it
/// walks through a tree (https://sqlite.org/c3ref/interrupt.html may be called from any thread). The statement then
/// fails with SQLITE_INTERRUPT. The connection must outlive it.
class watchdog {
 public:
  /// `unwelcome` is asked every 50 ms on the watchdog's thread.
  watchdog(connection&, std::function<bool()> unwelcome);
  ~watchdog();
  watchdog(const watchdog&) = delete;
  watchdog& operator=(const watchdog&) = delete;

 private:
  std::jthread thread_;
};

}  // namespace telltale::sqlite
