// A board over two checks, with queries for tests.
#pragma once

#include <memory>
#include <utility>

#include "fakes/configs.hpp"
#include "snapshot/board.hpp"

namespace telltale::test {

using namespace std::chrono_literals;

inline const boot_clock::time_point t0{1000s};
inline const std::chrono::system_clock::time_point wall{};

inline run_report found(outcome o) {
  run_report r;
  r.outcome = std::move(o);
  r.duration = 3ms;
  r.waited = 1ms;
  return r;
}

/// A board over checks "a" (critical, ready) and "b" (degraded, ready and startup), with its heartbeat at `now`.
struct sample {
  sample() : b(shared(make()), t0, wall) { b.on_iteration(0ns, t0); }
  static std::shared_ptr<const config> shared(config c) { return std::make_shared<const config>(std::move(c)); }
  static config make() {
    config c;
    c.checks = {fakes::check_named("a"), fakes::check_named("b")};
    c.checks[1].settings.severity = severity::degraded;
    c.checks[1].settings.gates = {gate::ready, gate::startup};
    return c;
  }
  snapshot_ptr at(boot_clock::time_point now) {
    b.on_iteration(0ns, now);
    return b.snapshot_at(now);
  }
  board b;
};

inline verdict state(const snapshot_ptr& s, gate g) { return s->of(g).state.state; }

}  // namespace telltale::test
