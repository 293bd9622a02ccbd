// Runs the pragma and says what came of it.
#include "sqlite/quick_check.hpp"

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

/// Rows that break a rule of their table are the application's business; no page is damaged by them.
bool is_about_data(std::string_view finding) {
  return finding.starts_with("NULL value in ") || finding.starts_with("CHECK constraint failed in ") ||
         finding.find(" value in ") != std::string_view::npos;  // TEXT, NUMERIC, ...: STRICT tables
}

/// The first damage found, or nothing.
answer examine(connection& database) {
  // CHECK constraints may call functions that only the application has.
  if (auto error = database.run("PRAGMA ignore_check_constraints = 1")) return {std::move(error), {}};
  sqlite3_stmt* raw = nullptr;
  int rc = ::sqlite3_prepare_v2(database.handle(), pragma, -1, &raw, nullptr);
  const statement prepared(raw);
  if (rc != SQLITE_OK) return {with_writer(database, database.last_error(rc)), {}};
  answer out;
  while (!out.value && (rc = ::sqlite3_step(prepared.get())) == SQLITE_ROW) {
    const auto* text = reinterpret_cast<const char*>(::sqlite3_column_text(prepared.get(), 0));
    if (text && std::string_view(text) != "ok" && !is_about_data(text)) out.value = text;
  }
  if (!out.value && rc != SQLITE_DONE) out.error = database.last_error(rc);
  return out;
}

constexpr std::string_view only_there = ": run `PRAGMA quick_check` in the application, which has it";

enum class end : std::uint8_t { own, deadline, gave_way };

outcome not_done(reason why, std::string sentence) {
  return outcome::warn(why, "not examined: " + std::move(sentence));
}

outcome describe(const answer& got, end how, std::uint64_t most_backlog) {
  if (how == end::gave_way)
    return not_done(reason::locked, fmt::format("quick_check gave way because the WAL backlog had reached {}",
                                                human_bytes(static_cast<double>(most_backlog))));
  if (how == end::deadline)
    return not_done(reason::timeout, "quick_check did not end in time; raise integrity.timeout");
  if (got.error && got.error->code == SQLITE_BUSY_SNAPSHOT) return not_done(reason::idle, got.error->message);
  if (got.error) {
    // The application's own collations and functions are unknown here; that says nothing about its data.
    const auto what = explain_result(*got.error);
    if ((got.error->code & 0xff) == SQLITE_ERROR && got.error->newer_writer == 0)
      return not_done(reason::mismatch, got.error->message + std::string(only_there));
    if (what.verdict == verdict::fail) return outcome::fail(what.reason, what.sentence);
    return not_done(what.reason, what.sentence);
  }
  if (!got.value) return outcome::pass("sound");
  return outcome::fail(reason::corrupt, "quick_check says: " + shown(*got.value));
}

}  // namespace

outcome quick_check(const observation& seen, std::uint64_t most_backlog, boot_clock::time_point deadline) {
  if (const auto why = why_unreadable(seen); !why.empty()) return not_done(reason::idle, std::string(why));
  if (is_closed(seen)) return quick_check_unchanging(seen.path, deadline);
  const auto page_size = seen.header.header.page_size;
  const auto in_the_way = [=] {
    const auto log = mapped_index();
    return log && log->last_frame > log->backfilled &&
           std::uint64_t{log->last_frame - log->backfilled} * page_size >= most_backlog;
  };
  if (backlog_bytes(seen).value_or(0) >= most_backlog) return describe({}, end::gave_way, most_backlog);
  end how = end::own;
  answer got;
  got.error = read_quietly(seen, deadline, [&](connection& database) -> std::optional<sql_error> {
    const watchdog polite(database, [&] { return boot_clock::now() >= deadline || in_the_way(); });
    got = examine(database);
    if (got.error && got.error->code == SQLITE_INTERRUPT) how = in_the_way() ? end::gave_way : end::deadline;
    return got.error;
  });
  return describe(got, how, most_backlog);
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
  if (!same_content(before, after)) return not_done(reason::idle, "it changed meanwhile");
  const bool interrupted = got.error && got.error->code == SQLITE_INTERRUPT;
  return describe(got, interrupted ? end::deadline : end::own, 0);
}

}  // namespace telltale::sqlite
