// Measures time and memory of one call in its own process.
#pragma once

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>

namespace telltale::fakes {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr double slower = 10;  // red zones, shadow memory and a quarantine of freed blocks
#elif !defined(NDEBUG)
inline constexpr double slower = 4;  // -Og takes a multiple of a release's time, and a machine may be slow
#else
inline constexpr double slower = 1;
#endif

/// The bounds for every configuration, including hostile ones.
inline constexpr double most_seconds = 1 * slower;
inline constexpr double most_mib = 64 * (slower >= 10 ? slower : 1);

struct cost {
  bool ended_well = false;  ///< false: a crash, or `work` returned false
  double seconds = 0;       ///< processor time, which does not depend on the load
  double mib = 0;           ///< growth of the largest resident size
};

/// Runs `work` in a child process, so that earlier allocations and a crash do not affect the result.
inline cost measured(const std::function<bool()>& work) {
  int ends[2];
  if (::pipe(ends) != 0) return {};
  const auto child = ::fork();
  if (child == 0) {
    rusage before{};
    rusage after{};
    ::getrusage(RUSAGE_SELF, &before);
    cost result;
    result.ended_well = work();
    ::getrusage(RUSAGE_SELF, &after);
    const auto seconds = [](const timeval& t) { return double(t.tv_sec) + double(t.tv_usec) / 1e6; };
    result.seconds =
        seconds(after.ru_utime) + seconds(after.ru_stime) - seconds(before.ru_utime) - seconds(before.ru_stime);
    result.mib = double(after.ru_maxrss - before.ru_maxrss) / 1024;
    const bool sent = ::write(ends[1], &result, sizeof result) == sizeof result;
    ::_exit(sent ? 0 : 1);
  }
  cost result;
  ::close(ends[1]);
  const bool received = child > 0 && ::read(ends[0], &result, sizeof result) == sizeof result;
  ::close(ends[0]);
  int status = 0;
  if (child > 0) ::waitpid(child, &status, 0);
  if (!received) result.ended_well = false;
  return result;
}

}  // namespace telltale::fakes
