// The marker check: judges files by which an application signals that it is ready.
#include <algorithm>
#include <thread>

#include <fmt/format.h>

#include <telltale/check_type.hpp>
#include <telltale/file_failure.hpp>

#include "marker/judge.hpp"
#include "marker/options.hpp"
#include "marker/process.hpp"
#include "marker/read_file.hpp"
#include "marker/writer.hpp"

namespace telltale::checks {
namespace {

using namespace telltale::marker;

/// Pause before a file that may be in the middle of a write is read again.
constexpr std::chrono::milliseconds retry_pause{50};
/// A file that is unchanged for this long is not being written: a throttled writer pauses for up to 100 ms.
constexpr double settled_seconds = 0.3;
/// Limit for repeated reads of a file that is rewritten continuously; after it the check fails.
constexpr int max_reads = 10;
constexpr std::chrono::milliseconds margin{100};  // left for the rest of the probe

moments moments_now(const probe_context& ctx) {
  const auto now = std::chrono::system_clock::now();
  const auto up = std::chrono::duration_cast<wall_time::duration>(boot_clock::now().time_since_epoch());
  return {now, now - up, ctx.started_at};
}

class marker_check final : public blocking_check {
 public:
  explicit marker_check(marker_options options) : options_(std::move(options)) {}

  outcome probe(probe_context& ctx) override {
    const auto files = options_.files();
    std::vector<file_result> results;
    results.reserve(files.size());
    for (const auto& file : files) {
      results.push_back(check(file.text, ctx));
      judge_writer(file.text, fmt::format("writer {}", results.size()), results.back(), ctx);
    }
    const bool complete = std::none_of(results.begin(), results.end(), [](auto& file) { return file.missing; });
    ctx.memory.set("complete", complete);
    return combine(results, options_);
  }

 private:
  file_result check(const std::string& path, const probe_context& ctx) const {
    auto seen = read_marker(path, options_.wants_content());
    auto result = judge(path, seen, ctx);
    for (int reads = 1; result.maybe_incomplete && reads < max_reads; ++reads) {
      if (boot_clock::now() + retry_pause + margin >= ctx.deadline) break;
      std::this_thread::sleep_for(retry_pause);
      auto again = read_marker(path, options_.wants_content());
      const bool changed = !again.same_as(seen);
      seen = std::move(again);
      result = judge(path, seen, ctx);
      if (!changed && !result.missing && result.age_seconds > settled_seconds) break;
    }
    return result;
  }

  file_result judge(const std::string& path, const file_view& seen, const probe_context& ctx) const {
    if (seen.error == 0) return judge_readable(path, seen, ctx);
    file_result out;
    out.finding = file_failure(path, seen.error);
    out.missing = out.finding.reason == reason::missing;
    // It existed in the last run and may be in the process of being deleted and rewritten.
    out.maybe_incomplete = out.missing && ctx.memory.get("complete") == 1;
    return out;
  }

  file_result judge_readable(const std::string& path, const file_view& seen, const probe_context& ctx) const {
    if (!options_.newer_than_file) return judge_file(path, seen, options_, moments_now(ctx));
    const auto reference = read_reference(options_.newer_than_file->text);
    if (reference.error == 0) return judge_file(path, seen, options_, moments_now(ctx), reference);
    file_result out;
    out.finding = file_failure(reference.path, reference.error);
    out.finding.sentence += fmt::format("; {} must be newer than it", path);
    return out;
  }

  /// Compares start times with file times once for each process: a change of the clock affects only one of them.
  void judge_writer(const std::string& path, const std::string& remembered, file_result& result,
                    const probe_context& ctx) const {
    const bool loading = result.finding.reason == reason::pending;
    if (!result.writer || (result.finding.verdict == verdict::fail && !loading)) return;
    const auto now = moments_now(ctx);
    const auto found = find_process(*result.writer);
    if (found.state == process_view::state_t::running) {
      const auto identity = found.started.count() / 1'000'000 * process_id_limit + *result.writer;
      if (ctx.memory.get(remembered) == identity || may_have_written(found.started, result.modified, now))
        return ctx.memory.set(remembered, identity);
    }
    // Where a writer was seen before, telltale is in its PID namespace, even if nobody else is left in there.
    const auto spot = ctx.memory.get(remembered)
                          ? blind_spot::none
                          : find_blind_spot(*result.writer, result.modified + clock_tick - now.booted);
    auto absent = judge_absent_writer(path, *result.writer, found, spot);
    if (absent.verdict == verdict::fail || result.finding.verdict == verdict::pass) result.finding = std::move(absent);
  }

  marker_options options_;
};

}  // namespace

check_type marker() {
  return blocking_type<marker_check, marker_options>({
      .name = "marker",
      .summary = "Waits for marker files that exist, are current and have the expected content.",
      .proves = "The files exist, and their age, size and content match the options.",
      .does_not_prove = "That their writer still works; with `pid`, only that its process still runs.",
      .component = "system",
      .measurements = {{"files", "Number of expected files."},
                       {"files_missing", "Expected files that do not exist."},
                       {"age_seconds", "Time since the last modification; of the oldest file when there are several."},
                       {"size_bytes", "Size of the file; the sum when there are several."},
                       {"progress_ratio", "Progress of loading, 0 to 1; the lowest of several files."}},
  });
}

}  // namespace telltale::checks
