// Time limits of runs against scripted servers, chosen so that outcomes do not depend on how busy the machine is.
#pragma once

#include <chrono>
#include <string>

#include <telltale/outcome.hpp>

namespace telltale::fakes {

using namespace std::chrono_literals;

/// For a run that ends by itself: only a hang reaches it.
constexpr std::chrono::milliseconds ample = 60s;

/// What a busy machine may add to the end of a run.
constexpr std::chrono::milliseconds slack = 30s;

/// The first result of `attempt(limit)` that `reached` accepts, with limits that double from 200 ms to 26 s; otherwise
/// the last one. For runs that use up their time: a busy machine may need a short limit for an earlier phase.
template <class Attempt, class Reached>
auto with_enough_time(const Attempt& attempt, const Reached& reached) {
  for (std::chrono::milliseconds limit = 200ms;; limit *= 2)
    if (auto result = attempt(limit); reached(result) || limit > 20s) return result;
}

/// The outcome of `probe(limit)` with a limit that suffices for a message with these words. Outcomes other than a
/// timeout are final.
template <class Probe>
outcome probe_until(const std::string& words, const Probe& probe) {
  return with_enough_time(probe, [&](const outcome& out) {
    return out.reason != reason::timeout || out.message.find(words) != std::string::npos;
  });
}

}  // namespace telltale::fakes
