// Takes the write lock for a moment.
#include "sqlite/write.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include <fmt/format.h>

#include "sqlite/connection.hpp"
#include "sqlite/may_write.hpp"
#include "sqlite/query.hpp"
#include "sqlite/result_text.hpp"

namespace telltale::sqlite {
namespace {

constexpr std::string_view not_writable = "cannot be written by this user or on this mount";

void skip(inspection& into, std::string_view why) { into.healthy += fmt::format(", write not tried: {}", why); }

std::optional<explained> attempt(const observation& seen, boot_clock::time_point until) {
  connection database(seen.path, access::write, until);
  auto error = database.failed();
  if (!error && database.read_only()) return explained{verdict::fail, reason::readonly, std::string(not_writable)};
  if (!error) error = database.run("BEGIN IMMEDIATE");
  if (!error) error = database.run("ROLLBACK");
  if (!error) return std::nullopt;
  return explain_result(error->code, error->message);
}

}  // namespace

void try_write(inspection& into, const sqlite_options&, probe_context& ctx) {
  if (!into.sound()) return;
  // Also while nobody uses it: a mount that went read-only shows before the application needs it.
  if (::faccessat(AT_FDCWD, into.seen.path.c_str(), W_OK, AT_EACCESS) != 0)
    return into.found.fail(reason::readonly,
                           std::string(not_writable) + (errno == EROFS ? " (read-only file system)" : ""));
  if (into.seen.held_exclusively()) return skip(into, "nobody else can write in that mode");
  if (const auto found = write_obstacle(into.seen))
    return into.found.add(found->verdict, found->reason, found->sentence);
  if (into.seen.wal_mode() && !(into.seen.index_ok() && into.seen.wal.exists))
    return skip(into, "SQLite would have to create or rebuild its -wal and -shm files");

  const auto failed = attempt(into.seen, own_deadline(ctx));
  if (!failed) {
    into.healthy += ", writable";
  } else if (failed->verdict == verdict::pass) {
    skip(into, failed->sentence);
  } else {
    into.found.add(failed->verdict, failed->reason, failed->sentence);
  }
}

}  // namespace telltale::sqlite
