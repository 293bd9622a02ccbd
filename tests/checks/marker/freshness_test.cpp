// Tests ages relative to boot, start and durations, with artificial clocks.
#include "marker/freshness.hpp"

#include <doctest/doctest.h>

#include "checks/file_fixtures.hpp"

using namespace telltale;
using namespace telltale::marker;
using namespace std::chrono_literals;

namespace {

// All times have fractions of a second, as on file systems with nanosecond times.
const wall_time now{1'700'000'000s + 500ms};
const moments clocks{now, now - 3h, now - 10min};

std::string judged(std::chrono::nanoseconds age, newer_than wanted, moments at = clocks) {
  const auto modified = at.now - std::chrono::duration_cast<wall_time::duration>(age);
  const auto found = judge_freshness("/m", modified, wanted, at);
  return fmt::format("{} {}: {}", to_string(found.verdict), to_string(found.reason), found.sentence);
}

const newer_than boot{newer_than::point::boot, {}};
const newer_than start{newer_than::point::start, {}};
const newer_than half_minute{newer_than::point::span, 30s};

}  // namespace

TEST_CASE("freshness: a marker of an earlier boot, start or interval is stale") {
  CHECK(judged(2h, boot) == "pass ok: ");
  CHECK(judged(4h, boot) == "fail stale: /m is over 4 h old, from before the boot over 3 h ago");
  CHECK(judged(9min, start) == "pass ok: ");
  CHECK(judged(20min, start) == "fail stale: /m is over 20 min old, from before telltale started over 10 min ago");
  CHECK(judged(29s, half_minute) == "pass ok: ");
  CHECK(judged(40s, half_minute) == "fail stale: /m is over 30 s old, must be newer than 30s");
}

TEST_CASE("freshness: a file time may lag by one clock tick at most") {
  CHECK(judged(10min + 9ms, start).starts_with("pass"));
  CHECK(judged(10min + 11ms, start).starts_with("fail stale"));
}

TEST_CASE("freshness: whole-second file times are compared in whole seconds") {
  const moments at{now, now - 3h, wall_time{1'699'999'000s + 700ms}};
  CHECK(judge_freshness("/m", wall_time{1'699'999'000s}, start, at).verdict == verdict::pass);
  CHECK(judge_freshness("/m", wall_time{1'699'998'999s}, start, at).verdict == verdict::fail);
  CHECK(judge_freshness("/m", wall_time{1'699'999'000s + 1ms}, start, at).verdict == verdict::fail);
}

TEST_CASE("freshness: a time in the future is rejected, a small skew is accepted") {
  CHECK(judged(-30s, start) == "pass ok: ");
  CHECK(judged(-2h, half_minute) == "fail mismatch: /m is dated 2 h in the future, so its age is unknown");
}

TEST_CASE("freshness: a marker at least as new as the newer_than file is current") {
  const reference_file start_file{"/run/started", 0, false, now};
  auto judged = [&](wall_time modified) { return judge_reference("/m", modified, start_file); };
  CHECK(judged(now).verdict == verdict::pass);
  CHECK(judged(now + 1h).verdict == verdict::pass);
  CHECK(judged(now - 9ms).verdict == verdict::pass);  // the clocks of two file systems differ by a tick
  const auto old = judged(now - 12min);
  CHECK(old.reason == reason::stale);
  CHECK(old.sentence == "/m is 12 min older than /run/started, so it is from an earlier run");
  CHECK(judged(now - 500ms).verdict == verdict::pass);  // in whole seconds: the same second
  CHECK(judged(now - 1500ms).verdict == verdict::fail);
}

TEST_CASE("freshness: a directory is rejected as newer_than, because each file in it changes its time") {
  const auto found = judge_reference("/run/m", now + 1h, {"/run", 0, true, now});
  CHECK(found.reason == reason::mismatch);
  CHECK(found.sentence == "/run is a directory, expected a file that /run/m must be newer than");
}
