// What the check asks a server about itself, in one statement, and the values of its answer. No I/O.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "postgres/message.hpp"
#include "postgres/options.hpp"

namespace telltale::postgres {

struct server_state {
  bool standby = false;
  bool refuses_writes = false;  ///< by its setting default_transaction_read_only

  std::uint64_t connections = 0;
  std::uint64_t usable_connections = 0;  ///< max_connections without the reserved ones

  // Positions in the WAL, in bytes; of a standby.
  std::uint64_t received = 0;
  std::uint64_t replayed = 0;
  bool receiving = false;  ///< connected to its primary
  /// Since the last transaction that it has replayed; empty when there was none since its start.
  std::optional<std::chrono::duration<double>> since_replay;

  std::chrono::duration<double> oldest_transaction{0};
  std::uint64_t hidden_sessions = 0;  ///< whose transactions the role may not see
  std::uint64_t lock_waits = 0;
};

/// Begins a read-only transaction whose statements are cancelled after `limit`, and selects what the options ask for.
std::string begin_and_ask(const postgres_options&, std::chrono::milliseconds limit);

/// Reads the row that answers it. Empty when it is not such a row.
std::optional<server_state> read_state(const postgres_options&, const row&);

}  // namespace telltale::postgres
