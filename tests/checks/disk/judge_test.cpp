// Tests the rules of the disk check as tables of numbers, verdicts and messages.
#include "disk/judge.hpp"

#include <cerrno>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "checks/file_fixtures.hpp"

using namespace telltale;
using namespace telltale::disk;
using telltale::testing::described;

namespace {

constexpr std::uint64_t gib = 1ull << 30;
const std::string data = "/data";

/// A file system of 1000 blocks of 1 GiB without a reserve.
raw_usage filled(std::uint64_t used_blocks) { return {gib, 1000, 1000 - used_blocks, 1000 - used_blocks, 0, 0}; }

disk_options on_data() {
  disk_options out;
  out.path = {"/data"};
  return out;
}

outcome judged(const raw_usage& raw, const disk_options& options, memory& kept) {
  findings found;
  const auto now = usage_of(raw);
  judge_usage(now, {options, data, kept, found});
  return std::move(found).result(healthy_sentence(now, "", data));
}

std::string sentence(const raw_usage& raw, const disk_options& options = on_data()) {
  memory kept;
  return described(judged(raw, options, kept));
}

}  // namespace

TEST_CASE("disk: usage is calculated as by df, without root's reserved blocks") {
  const auto now = usage_of({4096, 1000, 300, 250, 100, 40});
  CHECK(now.total_bytes == 4096'000);
  CHECK(now.used_bytes == 700 * 4096);
  CHECK(now.available_bytes == 250 * 4096);
  CHECK(now.used_ratio == doctest::Approx(700.0 / 950));
  CHECK(now.inodes_used == 60);
  CHECK(now.inodes_used_ratio == doctest::Approx(0.6));
}

TEST_CASE("disk: an exhausted reserve is full, whether reported as negative or as zero") {
  CHECK(usage_of({4096, 1000, 40, static_cast<std::uint64_t>(-5), 0, 0}).available_bytes == 0);
  CHECK(usage_of({4096, 1000, 1000, 0, 0, 0}).used_ratio == 1);
  CHECK(sentence({4096, 1000, 40, static_cast<std::uint64_t>(-5), 0, 0}) ==
        "fail full: /data is full: no space available");
  CHECK_FALSE(usage_of({4096, 0, 0, 0, 0, 0}).has_size());
  CHECK_FALSE(usage_of({4096, 1000, 0, 0, 0, 0}).has_inodes());
}

TEST_CASE("disk: impossible numbers are reported, not evaluated, and never fail") {
  constexpr auto unknown = ~std::uint64_t{0};
  struct row {
    raw_usage raw;
    std::string_view what;
  };
  for (const auto& [raw, what] : std::vector<row>{
           {{4096, unknown, unknown, unknown, 0, 0}, "a number has all bits set, which means unknown"},
           {{4096, 1000, 500, unknown, 0, 0}, "a number has all bits set, which means unknown"},
           {{4096, 1000, unknown, 500, 0, 0}, "a number has all bits set, which means unknown"},
           {{4096, 1000, 1001, 1000, 0, 0}, "more space is free than there is"},
           {{4096, 1000, 900, 1001, 0, 0}, "more space is available than there is"},
           {{4096, 0, 500, 500, 0, 0}, "more space is free than there is"},
           {{0, 1000, 500, 500, 0, 0}, "the size of a block is 0"},
           {{4096, 1ull << 52, 1, 1, 0, 0}, "the size does not fit into 64 bits"},
           {{4096, 1ull << 62, 0, 0, 0, 0}, "the size does not fit into 64 bits"},
           {{1ull << 63, 2, 0, 0, 0, 0}, "the size does not fit into 64 bits"},
       }) {
    CAPTURE(what);
    const auto now = usage_of(raw);
    CHECK_FALSE(now.has_size());
    CHECK(sentence(raw) ==
          fmt::format("warn mismatch: /data is on a file system that reports impossible numbers: {}; its space is not "
                      "measured",
                      what));
  }
}

TEST_CASE("disk: the largest possible sizes are measured") {
  // An almost empty 8 EiB, as reported by some network file systems, and a full 15 EiB.
  CHECK(sentence({1ull << 20, 1ull << 43, (1ull << 43) - 1, (1ull << 43) - 1, 0, 0}) ==
        "pass ok: /data 0% used, 8.0 EiB available");
  CHECK(sentence({4096, 15ull << 48, 0, 0, 0, 0}) == "fail full: /data is full: no space available");
  CHECK(sentence({4096, (1ull << 52) - 1, 1ull << 51, 1ull << 51, 0, 0}) ==
        "pass ok: /data 50% used, 8.0 EiB available");
}

TEST_CASE("disk: unknown inode counts are omitted, impossible ones are reported") {
  constexpr auto unknown = ~std::uint64_t{0};
  for (const auto files : {std::uint64_t{0}, std::uint64_t{100}, unknown})
    CHECK(sentence({gib, 1000, 900, 900, files, unknown}) == "pass ok: /data 10% used, 900.0 GiB available");
  CHECK(sentence({gib, 1000, 900, 900, unknown, 5}) == "pass ok: /data 10% used, 900.0 GiB available");
  CHECK(
      sentence({gib, 1000, 900, 900, 10, 20}) ==
      "warn mismatch: /data is on a file system that reports impossible numbers: more inodes are free than there are; "
      "its inodes are not counted");
}

TEST_CASE("disk: a percentage is never shown rounded up to a limit") {
  CHECK(displayed_percent(0.91) == 91);
  CHECK(displayed_percent(0.8999) == doctest::Approx(89.9));
  CHECK(displayed_percent(0.57) == 57);
  CHECK(displayed_percent(1) == 100);
}

TEST_CASE("disk: space limits apply from their exact value") {
  CHECK(sentence(filled(0)) == "pass ok: /data 0% used, 1000.0 GiB available");
  CHECK(sentence(filled(799)) == "pass ok: /data 79.9% used, 201.0 GiB available");
  CHECK(sentence(filled(800)) == "warn threshold: /data 80% used (limit 80%)");
  CHECK(sentence(filled(899)) == "warn threshold: /data 89.9% used (limit 80%)");
  CHECK(sentence(filled(900)) == "fail threshold: /data 90% used (limit 90%)");
  CHECK(sentence(filled(910)) == "fail threshold: /data 91% used (limit 90%)");
  CHECK(sentence(filled(1000)) == "fail full: /data is full: no space available");
}

TEST_CASE("disk: the stricter of percentage and byte limits applies, and both are reported") {
  auto options = on_data();
  options.free = {bytes{300 * gib}, bytes{250 * gib}};
  CHECK(sentence(filled(600), options) == "pass ok: /data 60% used, 400.0 GiB available");
  CHECK(sentence(filled(710), options) == "warn threshold: /data has 290.0 GiB available (at least 300GiB required)");
  CHECK(sentence(filled(810), options) ==
        "fail threshold: /data has 190.0 GiB available (at least 250GiB required); /data 81% used (limit 80%)");
  options.free = {std::nullopt, bytes{1 * gib}};
  CHECK(sentence(filled(950), options) == "fail threshold: /data 95% used (limit 90%)");
}

TEST_CASE("disk: inode limits apply like space limits") {
  auto with_inodes = [](std::uint64_t used) {
    auto raw = filled(100);
    raw.files = 1000;
    raw.files_free = 1000 - used;
    return raw;
  };
  CHECK(sentence(with_inodes(799)) == "pass ok: /data 10% used, 900.0 GiB available");
  CHECK(sentence(with_inodes(800)) == "warn threshold: /data 80% of inodes used (limit 80%)");
  CHECK(sentence(with_inodes(905)) == "fail threshold: /data 90.5% of inodes used (limit 90%)");
  CHECK(sentence(with_inodes(1000)) == "fail full: /data has no inodes left: all 1000 are in use");
  auto lenient = on_data();
  lenient.inodes = {};
  CHECK(sentence(with_inodes(999), lenient) == "pass ok: /data 10% used, 900.0 GiB available");
  CHECK(sentence(with_inodes(1000), lenient) == "fail full: /data has no inodes left: all 1000 are in use");
}

TEST_CASE("disk: a file system without a size is not reported as healthy") {
  CHECK(sentence({4096, 0, 0, 0, 0, 0}) ==
        "warn mismatch: /data is on a file system that reports no size, so its space is not measured");
}

TEST_CASE("disk: a level ends two percentage points below its limit") {
  memory kept;
  const auto options = on_data();
  struct row {
    std::uint64_t used;
    verdict expected;
  };
  // Usage rises, fluctuates around 90 %, falls slowly and rises again.
  for (const auto& [used, expected] : std::vector<row>{{895, verdict::warn},
                                                       {901, verdict::fail},
                                                       {899, verdict::fail},
                                                       {881, verdict::fail},
                                                       {879, verdict::warn},
                                                       {899, verdict::warn},
                                                       {790, verdict::warn},
                                                       {781, verdict::warn},
                                                       {779, verdict::pass},
                                                       {799, verdict::pass}}) {
    CAPTURE(used);
    CHECK(judged(filled(used), options, kept).verdict == expected);
  }
  judged(filled(950), options, kept);
  CHECK(judged(filled(890), options, kept).message == "/data 89% used (limit 90%, recovers below 88%)");
}

TEST_CASE("disk: a level of free bytes ends a tenth above its limit") {
  const lower_limit<bytes> limit{bytes{200}, bytes{100}};
  CHECK(judge_free(99, limit, verdict::pass) == verdict::fail);
  CHECK(judge_free(100, limit, verdict::pass) == verdict::warn);
  CHECK(judge_free(109, limit, verdict::fail) == verdict::fail);
  CHECK(judge_free(111, limit, verdict::fail) == verdict::warn);
  CHECK(judge_free(219, limit, verdict::warn) == verdict::warn);
  CHECK(judge_free(221, limit, verdict::warn) == verdict::pass);
}

TEST_CASE("disk: a directory is evaluated against its quota, and an incomplete count does not pass") {
  auto options = on_data();
  options.size_limit = bytes{10 * gib};
  auto judge = [&](directory_size size) {
    memory kept;
    findings found;
    const auto held = judge_directory(size, {options, data, kept, found});
    return described(std::move(found).result("fine, " + held));
  };
  directory_size size;
  size.bytes = 5.0 * gib;
  CHECK(judge(size) == "pass ok: fine, holds 5.0 GiB, 50% of its 10GiB");
  size.cut_short = true;
  size.entries = 7;
  CHECK(judge(size) ==
        "warn timeout: /data holds at least 5.0 GiB, 50% of its 10GiB: too many files to count in time (7 counted)");
  size.bytes = 9.5 * gib;
  CHECK(judge(size) == "fail threshold: /data holds at least 9.5 GiB, 95% of its 10GiB (limit 90%)");
  size = {};
  size.unreadable = 2;
  size.unreadable_error = EACCES;
  CHECK(judge(size) ==
        "warn denied: /data holds at least 0 B, 0% of its 10GiB: 2 entries could not be read (Permission denied)");
  size.unreadable_error = EIO;
  CHECK(judge(size) ==
        "warn corrupt: /data holds at least 0 B, 0% of its 10GiB: 2 entries could not be read (Input/output error)");
  size = {};
  size.bytes = 12.0 * gib;
  CHECK(judge(size) == "fail threshold: /data holds 12.0 GiB, 120% of its 10GiB (limit 90%)");
}
