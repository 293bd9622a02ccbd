// Judges the state of a server and the result of the query. No I/O.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "net/run.hpp"
#include "postgres/plan.hpp"
#include "postgres/server_state.hpp"

namespace telltale::postgres {

/// What an earlier run saw of a standby that was connected to its primary; a reload keeps it.
struct lag_history {
  std::optional<std::chrono::steady_clock::time_point> when;
  std::uint64_t received = 0;
};

/// How old the state is that a standby shows. 0 when it has replayed all that it receives. Otherwise the time since it
/// had received something that it has replayed by now, as far as earlier runs know it, or since its last transaction.
/// Empty when neither is known.
std::optional<std::chrono::duration<double>> age_of_standby(const server_state&, lag_history&,
                                                            std::chrono::steady_clock::time_point now);

/// Adds findings and measurements; `healthy` becomes the sentence of a run without findings.
void judge_state(net::run&, const plan&, const server_state&, lag_history&, std::string& healthy);

/// The first value of a query's first row.
struct query_result {
  bool has_row = false;
  std::optional<std::string> value;  ///< empty for NULL
};
void judge_query(net::run&, const plan&, const query_result&, std::string& healthy);

}  // namespace telltale::postgres
