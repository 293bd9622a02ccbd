// The sqlite_integrity check: reads a whole SQLite database with PRAGMA quick_check.
#include <algorithm>
#include <chrono>

#include <telltale/check_type.hpp>

#include "sqlite/integrity_option.hpp"
#include "sqlite/judge_files.hpp"
#include "sqlite_integrity/check_integrity.hpp"
#include "sqlite_integrity/record.hpp"

namespace telltale::checks {
namespace {

/// Early enough to report an incomplete check before the worker is killed.
boot_clock::time_point end_of_check(const probe_context& ctx) {
  return ctx.deadline - std::min<boot_clock::duration>(std::chrono::seconds(1), (ctx.deadline - ctx.now) / 10);
}

class sqlite_integrity_check final : public blocking_check {
 public:
  explicit sqlite_integrity_check(sqlite::integrity_check_options options) : options_(std::move(options)) {}

  outcome probe(probe_context& ctx) override {
    const auto began = boot_clock::now();
    auto found = sqlite::check_integrity(options_, end_of_check(ctx));
    const auto ended = ctx.now + (boot_clock::now() - began);
    auto out = sqlite::record(std::move(found), options_, ctx.memory, ended, std::chrono::system_clock::now());
    // Messages of failed system calls already start with the path.
    const auto& path = options_.path.text;
    if (!out.message.starts_with(path)) out.message = sqlite::file_name(path) + ": " + out.message;
    return out;
  }

 private:
  sqlite::integrity_check_options options_;
};

}  // namespace

check_type sqlite_integrity() {
  return blocking_type<sqlite_integrity_check, sqlite::integrity_check_options>({
      .name = "sqlite_integrity",
      .summary = "Every page of an SQLite database, read with `PRAGMA quick_check`.",
      .proves = "Every page of the database was readable and consistent in the last run that was completed.",
      .does_not_prove = "That indexes match their tables, which quick_check does not compare, or what happened since.",
      .component = "datastore",
      .cadence = sqlite::integrity_cadence,
      .measurements = {{"intact_timestamp_seconds",
                        "When quick_check last found the database intact, Unix time; absent before that."}},
  });
}

}  // namespace telltale::checks
