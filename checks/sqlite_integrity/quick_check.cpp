// Runs the pragma and converts its rows into an outcome.
#include "sqlite_integrity/quick_check.hpp"

#include <sqlite3.h>

#include <fmt/format.h>

#include <telltale/units.hpp>

#include "sqlite/judge_limits.hpp"
#include "sqlite/newer_schema.hpp"
#include "sqlite/reading.hpp"
#include "sqlite/result_text.hpp"
#include "sqlite/watchdog.hpp"

namespace telltale::sqlite {
namespace {

constexpr const char* pragma = "PRAGMA quick_check(100)";

/// Rows that violate a constraint of their table are not damage.
bool is_about_data(std::string_view finding) {
  return finding.starts_with("NULL value in ") || finding.starts_with("CHECK constraint failed in ") ||
         finding.find(" value in ") != std::string_view::npos;  // TEXT, NUMERIC, ...: STRICT tables
}

/// The first damage, if any.
query_result run_quick_check(connection& database) {
  // CHECK constraints may call functions that only the application defines.
  if (auto error = database.run("PRAGMA ignore_check_constraints = 1")) return {std::move(error), {}};
  sqlite3_stmt* raw = nullptr;
  int rc = ::sqlite3_prepare_v2(database.handle(), pragma, -1, &raw, nullptr);
  const statement prepared(raw);
  if (rc != SQLITE_OK) return {add_writer_release(database, database.last_error(rc)), {}};
  query_result out;
  while (!out.value && (rc = ::sqlite3_step(prepared.get())) == SQLITE_ROW) {
    const auto* text = reinterpret_cast<const char*>(::sqlite3_column_text(prepared.get(), 0));
    if (text && std::string_view(text) != "ok" && !is_about_data(text)) out.value = text;
  }
  if (!out.value && rc != SQLITE_DONE) out.error = database.last_error(rc);
  return out;
}

constexpr std::string_view run_in_application = ": run `PRAGMA quick_check` in the application, which provides it";

enum class end : std::uint8_t { completed, deadline, backlog_limit };

outcome not_done(reason why, std::string sentence) {
  sentence = "not checked: " + std::move(sentence);
  return why == reason::idle ? outcome::pass(std::move(sentence), why) : outcome::warn(why, std::move(sentence));
}

outcome describe(const query_result& got, end how, std::uint64_t max_backlog) {
  if (how == end::backlog_limit)
    return not_done(reason::locked, fmt::format("quick_check stopped because the WAL backlog reached {}",
                                                human_bytes(static_cast<double>(max_backlog))));
  if (how == end::deadline) return not_done(reason::timeout, "quick_check did not finish in time; raise its timeout");
  if (got.error && got.error->code == SQLITE_BUSY_SNAPSHOT) return not_done(reason::idle, got.error->message);
  if (got.error) {
    // Collations and functions of the application are unknown here, which is not damage.
    const auto what = explain_result(*got.error);
    if ((got.error->code & 0xff) == SQLITE_ERROR && got.error->newer_writer == 0)
      return not_done(reason::mismatch, got.error->message + std::string(run_in_application));
    if (what.verdict == verdict::fail) return outcome::fail(what.reason, what.sentence);
    return not_done(what.reason, what.sentence);
  }
  if (!got.value) return outcome::pass("intact");
  return outcome::fail(reason::corrupt, "quick_check reports: " + printable_value(*got.value));
}

}  // namespace

outcome quick_check(const observation& seen, std::uint64_t max_backlog, boot_clock::time_point deadline) {
  if (const auto why = unreadable_reason(seen); !why.empty()) return not_done(reason::idle, std::string(why));
  const auto page_size = seen.header.header.page_size;
  const auto backlog_reached = [=] {
    const auto log = mapped_index();
    return log && log->last_frame > log->backfilled &&
           std::uint64_t{log->last_frame - log->backfilled} * page_size >= max_backlog;
  };
  if (backlog_bytes(seen).value_or(0) >= max_backlog) return describe({}, end::backlog_limit, max_backlog);
  end how = end::completed;
  query_result got;
  const auto error = read_database(seen, deadline, [&](connection& database) -> std::optional<sql_error> {
    const watchdog guard(database, [&] { return boot_clock::now() >= deadline || backlog_reached(); });
    got = run_quick_check(database);
    if (got.error && got.error->code == SQLITE_INTERRUPT) how = backlog_reached() ? end::backlog_limit : end::deadline;
    // Damage counts as an error, so that it is discarded when the file was being written.
    return got.error || !got.value ? got.error : sql_error{SQLITE_CORRUPT, *got.value};
  });
  if (!got.value || (error && error->code == SQLITE_BUSY_SNAPSHOT)) got.error = error;
  return describe(got, how, max_backlog);
}

outcome quick_check_unchanging(const std::string& path, boot_clock::time_point deadline) {
  const auto before = stat_and_open(path).state.facts;
  query_result got;
  {
    connection database(path, access::immutable, deadline);
    got.error = database.failed();
    if (!got.error) {
      const watchdog guard(database, [&] { return boot_clock::now() >= deadline; });
      got = run_quick_check(database);
    }
  }
  const auto after = stat_and_open(path).state.facts;
  if (!same_content(before, after)) return not_done(reason::idle, "it changed meanwhile");
  const bool interrupted = got.error && got.error->code == SQLITE_INTERRUPT;
  return describe(got, interrupted ? end::deadline : end::completed, 0);
}

}  // namespace telltale::sqlite
