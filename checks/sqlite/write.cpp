// Takes the write lock briefly.
#include "sqlite/write.hpp"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "sqlite/connection.hpp"
#include "sqlite/judge_files.hpp"
#include "sqlite/may_write.hpp"
#include "sqlite/query.hpp"
#include "sqlite/result_text.hpp"

namespace telltale::sqlite {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view not_writable = "cannot be written by this user or on this mount";

void skip(inspection& into, std::string_view why) { into.healthy += fmt::format(", write not tried: {}", why); }

/// Why SQLite must not open the database; empty when it may.
std::string_view why_not_tried(const observation& seen) {
  if (seen.held_exclusively()) return "no other process can write in that mode";
  if (seen.wal_mode() && !(seen.index_ok() && seen.wal.exists))
    return "SQLite would have to create or rebuild its -wal and -shm files";
  return {};
}

struct write_attempt {
  std::optional<explained> problem;
  bool cannot_open = false;
};

write_attempt attempt_to_write(const observation& seen, boot_clock::time_point until) {
  connection database(seen.path, access::write, until);
  auto error = database.failed();
  if (!error && database.read_only()) return {explained{verdict::fail, reason::readonly, std::string(not_writable)}};
  if (!error) error = database.run("BEGIN IMMEDIATE");
  if (!error) error = database.run("ROLLBACK");
  if (!error) return {};
  return {explain_result(error->code, error->message), (error->code & 0xff) == SQLITE_CANTOPEN};
}

void conclude(inspection& into, const write_attempt& tried) {
  const auto& problem = tried.problem;
  if (!problem) into.healthy += ", writable";
  else if (problem->verdict == verdict::pass) skip(into, problem->sentence);
  else into.found.add(problem->verdict, problem->reason, problem->sentence);
}

/// Findings that are new since inspection passed. Warnings other than of a hot journal may have existed before and do
/// not explain why a file cannot be opened.
std::vector<preliminary_finding> new_findings(const observation& now) {
  auto wrong = judge_files(now, wal_expectation::ignore);
  std::erase_if(wrong, [&](const preliminary_finding& one) {
    return one.verdict != verdict::fail && !(now.hot_journal() && one.reason == reason::corrupt);
  });
  return wrong;
}

/// Observes again when SQLite could not open a file: a writer may have died and left a hot journal, or an application
/// may have closed the database. Retries while no finding explains the error; a persistent error is reported.
void observe_again(inspection& into, write_attempt last, boot_clock::time_point until) {
  std::vector<preliminary_finding> wrong;
  std::string_view why;
  for (const auto pause : {milliseconds(1), milliseconds(3), milliseconds(6)}) {
    if (!last.cannot_open || boot_clock::now() + pause >= until) break;
    std::this_thread::sleep_for(pause);
    const auto now = observe(into.seen.path);
    wrong = new_findings(now);
    why = why_not_tried(now);
    if (wrong.empty() && why.empty()) last = attempt_to_write(now, until);
  }
  if (last.cannot_open && !wrong.empty()) {
    for (auto& one : wrong) into.found.add(std::move(one));
  } else if (last.cannot_open && !why.empty()) {
    skip(into, why);
  } else {
    conclude(into, last);
  }
}

}  // namespace

void try_write(inspection& into, const sqlite_options&, probe_context& ctx) {
  if (!into.sound()) return;
  // Also checked while the database is unused, so that a read-only mount is reported early.
  if (::faccessat(AT_FDCWD, into.seen.path.c_str(), W_OK, AT_EACCESS) != 0)
    return into.found.fail(reason::readonly,
                           std::string(not_writable) + (errno == EROFS ? " (read-only file system)" : ""));
  const auto why = why_not_tried(into.seen);
  if (into.seen.held_exclusively()) return skip(into, why);
  if (const auto found = write_obstacle(into.seen)) return into.found.add(*found);
  if (!why.empty()) return skip(into, why);
  const auto tried = attempt_to_write(into.seen, own_deadline(ctx));
  if (tried.cannot_open) observe_again(into, tried, own_deadline(ctx));
  else conclude(into, tried);
}

}  // namespace telltale::sqlite
