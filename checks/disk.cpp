// The disk check: judges space, inodes, writability and quota of the file system of a path.
#include <cerrno>

#include <fmt/format.h>

#include <telltale/check_type.hpp>
#include <telltale/file_failure.hpp>

#include "disk/fill_rate.hpp"
#include "disk/identity.hpp"
#include "disk/judge.hpp"
#include "disk/observe.hpp"
#include "disk/options.hpp"
#include "disk/writability.hpp"
#include "disk/write_test.hpp"

namespace telltale::checks {
namespace {

using namespace telltale::disk;

class disk_check final : public blocking_check {
 public:
  explicit disk_check(disk_options options) : options_(std::move(options)) {}

  outcome probe(probe_context& ctx) override {
    const auto& path = options_.path.text;
    const auto seen = observe(path);
    if (seen.error) return call_failed(seen);
    if (seen.is_device) return outcome::fail(reason::mismatch, device_sentence(seen));

    findings found;
    const auto subject = subject_of(path, seen);
    const rule_context at{options_, subject, ctx.memory, found};
    if (!judge_mount_point(seen, at)) return std::move(found).result({});
    const auto now = usage_of(seen.usage);
    const auto access = write_state_of(seen);
    measure_usage(now, found);
    const bool steady = judge_identity(seen, at, ctx.now, [&] { return real_path(seen.measured); });
    judge_deleted(seen, at);
    judge_writability(seen, access, at);
    judge_recorded_errors(seen, at);
    if (!full_by_design(seen, access, ctx.memory)) {
      judge_usage(now, at);
      if (!steady) forget_fill_rate(ctx.memory);
      else if (auto seconds = seconds_to_full(now, ctx.now, ctx.memory))
        found.measure("time_to_full_seconds", *seconds);
    }
    if (options_.write_test)
      if (const auto result = test_writing(seen.measured); result.error)
        found.add(write_failure(result, seen.measured, now.available_bytes));
    auto healthy = healthy_sentence(now, access_text(access), subject);
    if (options_.size_limit) healthy += "; " + count_directory(seen.measured, ctx, at);
    return std::move(found).result(std::move(healthy));
  }

 private:
  /// After a file system was shut down, some calls may still succeed.
  outcome call_failed(const path_state& seen) const {
    auto failure = file_failure(options_.path.text, seen.error);
    if (seen.call == "stat") failure.sentence += " (stat; statfs still works)";
    return outcome::fail(failure.reason, std::move(failure.sentence));
  }

  std::string device_sentence(const path_state& seen) const {
    const auto* what = seen.is_block ? " is a device and no file system is mounted from it here: set the path where it "
                                       "is mounted"
                                     : " is a device, not a file system";
    return options_.path.text + what;
  }

  std::string count_directory(const std::string& path, probe_context& ctx, const rule_context& at) const {
    walk_limits limits;
    limits.until = boot_clock::now() + (ctx.deadline - boot_clock::now()) / 2;
    const auto size = measure_directory(path, limits);
    if (size.error == ENOTDIR)
      at.found.fail(reason::mismatch, options_.path.text + " is not a directory, so it has no size_limit");
    else if (size.error) at.found.add(file_failure(options_.path.text, size.error));
    else return judge_directory(size, at);
    return {};
  }

  disk_options options_;
};

}  // namespace

check_type disk() {
  return blocking_type<disk_check, disk_options>({
      .name = "disk",
      .summary = "Checks the space, inodes and writability of a file system.",
      .proves = "The file system responds, and its space and inodes are within the limits.",
      .does_not_prove = "That writing works (`write_test` tests it), or that the content is intact.",
      .component = "system",
      .measurements = {{"total_bytes", "Size of the file system."},
                       {"used_bytes", "Space in use, including what only root may use."},
                       {"available_bytes", "Space available to unprivileged users."},
                       {"used_ratio", "Share of the space in use, counted as df does."},
                       {"inodes", "Inodes of the file system; absent where they are not counted."},
                       {"inodes_used", "Inodes in use."},
                       {"inodes_used_ratio", "Share of the inodes in use."},
                       {"time_to_full_seconds",
                        "Time until the space is used up at the rate of the last minutes; only while it fills."},
                       {"directory_bytes", "Space the directory occupies; only with size_limit."},
                       {"directory_used_ratio", "Share of size_limit the directory occupies."}},
  });
}

}  // namespace telltale::checks
