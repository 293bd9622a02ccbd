// Timetables that begin at a fixed time.
#pragma once

#include <chrono>
#include <optional>
#include <vector>

#include "scheduler/timetable.hpp"

namespace telltale::fakes {

using namespace std::chrono_literals;

inline constexpr boot_clock::time_point t0{1000s + 13ms};
inline constexpr cadence ten{10s, 2s, 0s, 0.1};

inline timetable timetable_of(const std::vector<cadence>& paces, std::uint64_t seed = 1) {
  timetable out(seed);
  std::vector<timetable::entry_change> entries;
  for (const auto& pace : paces) entries.push_back({pace, std::nullopt});
  out.change(entries, t0);
  return out;
}

/// `count` checks of one cadence.
inline timetable timetable_of(std::size_t count, const cadence& pace, std::uint64_t seed = 1) {
  return timetable_of(std::vector<cadence>(count, pace), seed);
}

/// Everything that is due, in as many calls as this takes.
inline std::vector<std::size_t> take_all_due(timetable& table, timetable::time_point now) {
  std::vector<std::size_t> out;
  while (table.next_due() <= now) {
    const auto some = table.take_due(now);
    out.insert(out.end(), some.begin(), some.end());
  }
  return out;
}

}  // namespace telltale::fakes
