// The sqlite_backup check: judges a backup of an SQLite database that another program makes.
#include <telltale/check_type.hpp>
#include <telltale/units.hpp>

#include <fmt/format.h>

#include "sqlite/copy_file.hpp"
#include "sqlite/judge_files.hpp"
#include "sqlite/latest_user_version.hpp"
#include "sqlite_backup/judge.hpp"
#include "sqlite_backup/options.hpp"

namespace telltale::checks {
namespace {

class sqlite_backup_check final : public blocking_check {
 public:
  explicit sqlite_backup_check(sqlite::backup_check_options options) : options_(std::move(options)) {}

  outcome probe(probe_context&) override {
    const auto seen = sqlite::observe_copy(options_.path.text, options_.encrypted);
    const auto now = std::chrono::system_clock::now();
    auto healthy = fmt::format("{}: {}, {} old", sqlite::file_name(options_.path.text),
                               human_bytes(static_cast<double>(seen.file.facts.size)),
                               human_age(sqlite::age_of(seen.file.facts, now)));
    const auto database = observe_database(healthy);
    findings found;
    sqlite::judge_backup(seen, database, options_, now, found);
    return std::move(found).result(std::move(healthy));
  }

 private:
  /// Empty when none is configured. Adds to the message if its version is not known.
  std::optional<sqlite::backed_up> observe_database(std::string& healthy) const {
    if (!options_.database) return std::nullopt;
    sqlite::backed_up out{sqlite::observe(options_.database->text, options_.encrypted), 0};
    const auto& header = out.seen.header;
    const auto latest = sqlite::latest_user_version(out.seen);
    out.user_version = latest.value_or(header.header.user_version);
    if (options_.encrypted) return out;
    if (!out.seen.readable() || header.fault != sqlite::header_fault::none)
      healthy += ", user_version not compared: the database cannot be read";
    else if (!latest) healthy += ", user_version not compared: that of the database may be in the log";
    return out;
  }

  sqlite::backup_check_options options_;
};

}  // namespace

check_type sqlite_backup() {
  return blocking_type<sqlite_backup_check, sqlite::backup_check_options>({
      .name = "sqlite_backup",
      .summary = "A backup of an SQLite database: its age, completeness and `user_version`.",
      .proves = "The file is recent, has the size and header of a database, and its `user_version` is not behind.",
      .does_not_prove = "That every page of the backup is valid (see `integrity`), or that it has the newest rows.",
      .component = "datastore",
      .cadence = {.interval = std::chrono::minutes(1)},
      .measurements = {{"age_seconds", "Time since the backup's file was last modified."},
                       {"size_bytes", "Size of the backup's file."}},
  });
}

}  // namespace telltale::checks
