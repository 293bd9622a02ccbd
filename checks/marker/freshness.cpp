// Modification times against boot, start and age.
#include "marker/freshness.hpp"

#include <fmt/format.h>

namespace telltale::marker {
namespace {

wall_time bound_of(const newer_than& wanted, const moments& at) {
  switch (wanted.since) {
    case newer_than::point::boot:
      return at.booted;
    case newer_than::point::start:
      return at.started;
    case newer_than::point::span:
      break;
  }
  return at.now - wanted.span;
}

std::string expectation(const newer_than& wanted, const moments& at) {
  switch (wanted.since) {
    case newer_than::point::boot:
      return fmt::format("from before the boot {} ago", human_duration(at.now - at.booted));
    case newer_than::point::start:
      return fmt::format("from before telltale started {} ago", human_duration(at.now - at.started));
    case newer_than::point::span:
      break;
  }
  return fmt::format("must be newer than {}", to_text(wanted.span));
}

}  // namespace

finding judge_freshness(const std::string& path, wall_time modified, const newer_than& wanted, const moments& at) {
  // Since boot or start, a file from the future is at least not an old one; a heartbeat of unknown age may be dead.
  const bool heartbeat = wanted.since == newer_than::point::span;
  if (modified > at.now + clock_tolerance)
    return {heartbeat ? verdict::fail : verdict::warn, reason::mismatch,
            fmt::format("{} is dated {} in the future, so its age cannot be trusted", path,
                        human_duration(modified - at.now))};
  auto bound = bound_of(wanted, at) - clock_tick;
  if (const auto whole = std::chrono::floor<std::chrono::seconds>(modified); whole == modified)
    bound = std::chrono::floor<std::chrono::seconds>(bound);
  if (modified >= bound) return {};
  return {verdict::fail, reason::stale,
          fmt::format("{} is {} old, {}", path, human_duration(at.now - modified), expectation(wanted, at))};
}

}  // namespace telltale::marker
