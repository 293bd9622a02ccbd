// Compares modification times with boot, start and age.
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
      return fmt::format("from before the boot {} ago", human_age(at.now - at.booted));
    case newer_than::point::start:
      return fmt::format("from before telltale started {} ago", human_age(at.now - at.started));
    case newer_than::point::span:
      break;
  }
  return fmt::format("must be newer than {}", to_text(wanted.span));
}

/// Compares times of whole seconds in whole seconds, and allows a lag of one clock tick.
bool is_at_least(wall_time modified, wall_time bound) {
  bound -= clock_tick;
  if (const auto whole = std::chrono::floor<std::chrono::seconds>(modified); whole == modified)
    bound = std::chrono::floor<std::chrono::seconds>(bound);
  return modified >= bound;
}

}  // namespace

finding judge_freshness(const std::string& path, wall_time modified, const newer_than& wanted, const moments& at) {
  // With boot or start, a file from the future is not stale. A heartbeat of unknown age may be stale.
  const bool heartbeat = wanted.since == newer_than::point::span;
  if (modified > at.now + clock_tolerance)
    return {
        heartbeat ? verdict::fail : verdict::warn, reason::mismatch,
        fmt::format("{} is dated {} in the future, so its age is unknown", path, human_duration(modified - at.now))};
  if (is_at_least(modified, bound_of(wanted, at))) return {};
  return {verdict::fail, reason::stale,
          fmt::format("{} is {} old, {}", path, human_age(at.now - modified), expectation(wanted, at))};
}

finding judge_reference(const std::string& path, wall_time modified, const reference_file& other) {
  // Every new file in a directory, including the marker, updates its modification time.
  if (other.is_directory)
    return {verdict::fail, reason::mismatch,
            fmt::format("{} is a directory, expected a file that {} must be newer than", other.path, path)};
  if (is_at_least(modified, other.modified)) return {};
  return {verdict::fail, reason::stale,
          fmt::format("{} is {} older than {}, so it is from an earlier run", path,
                      human_duration(other.modified - modified), other.path)};
}

}  // namespace telltale::marker
