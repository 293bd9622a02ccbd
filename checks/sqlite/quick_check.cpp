// Runs the pragma and says what came of it.
#include "sqlite/quick_check.hpp"

#include <sqlite3.h>
#include <sys/stat.h>

#include <fmt/format.h>

#include <telltale/units.hpp>

#include "sqlite/reading.hpp"
#include "sqlite/result_text.hpp"
#include "sqlite/watchdog.hpp"

namespace telltale::sqlite {
namespace {

/// One is enough to know; the rest is for whoever repairs.
constexpr const char* pragma = "PRAGMA quick_check(1)";

/// CHECK constraints may call functions that only the application has, and damage is what is looked for.
answer examine(connection& database) {
  if (auto error = database.run("PRAGMA ignore_check_constraints = 1")) return {std::move(error), {}};
  return ask(database, pragma);
}

enum class end : std::uint8_t { own, deadline, gave_way };

outcome not_done(reason why, std::string sentence) {
  return outcome::warn(why, "not examined: " + std::move(sentence));
}

outcome describe(const answer& got, end how, std::uint64_t most_growth) {
  if (how == end::gave_way)
    return not_done(reason::locked, fmt::format("quick_check gave way because the WAL had grown by {} meanwhile",
                                                human_bytes(static_cast<double>(most_growth))));
  if (how == end::deadline)
    return not_done(reason::timeout, "quick_check did not end in time; raise integrity.timeout");
  if (got.error) {
    // The application's own collations and functions are unknown here; that says nothing about its data.
    if ((got.error->code & 0xff) == SQLITE_ERROR) return not_done(reason::mismatch, got.error->message);
    const auto what = explain_result(got.error->code, got.error->message);
    if (what.verdict == verdict::fail) return outcome::fail(what.reason, what.sentence);
    return not_done(what.reason, what.sentence);
  }
  if (got.value == "ok") return outcome::pass("sound");
  return outcome::fail(reason::corrupt, "quick_check says: " + shown(got.value.value_or("nothing")));
}

std::uint64_t size_of(const std::string& path) {
  // Not opened: closing it would drop the locks of this process's connection.
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 ? static_cast<std::uint64_t>(info.st_size) : 0;
}

}  // namespace

outcome quick_check(const observation& seen, std::uint64_t most_growth, boot_clock::time_point deadline) {
  if (const auto why = why_unreadable(seen); !why.empty()) return not_done(reason::idle, std::string(why));
  if (!seen.wal_mode())
    return not_done(reason::idle, "in rollback-journal mode a long reader would keep writers from committing");
  const auto wal = seen.path + "-wal";
  const auto grown_too_much = [wal, most = size_of(wal) + most_growth] { return size_of(wal) > most; };
  end how = end::own;
  answer got;
  got.error = read_quietly(seen, deadline, [&](connection& database) -> std::optional<sql_error> {
    const watchdog polite(database, [&] { return boot_clock::now() >= deadline || grown_too_much(); });
    got = examine(database);
    return got.error;
  });
  if (got.error && got.error->code == SQLITE_INTERRUPT) how = grown_too_much() ? end::gave_way : end::deadline;
  return describe(got, how, most_growth);
}

outcome quick_check_unchanging(const std::string& path, boot_clock::time_point deadline) {
  const auto before = look_at(path).state.facts;
  answer got;
  {
    connection database(path, access::immutable, deadline);
    got.error = database.failed();
    if (!got.error) {
      const watchdog polite(database, [&] { return boot_clock::now() >= deadline; });
      got = examine(database);
    }
  }
  const auto after = look_at(path).state.facts;
  if (before.inode != after.inode || before.size != after.size || before.modified_ns != after.modified_ns)
    return not_done(reason::idle, "it changed meanwhile");
  const bool interrupted = got.error && got.error->code == SQLITE_INTERRUPT;
  return describe(got, interrupted ? end::deadline : end::own, 0);
}

}  // namespace telltale::sqlite
