// Judges the backup's file, and compares it with the database.
#include "sqlite_backup/judge.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <telltale/clock.hpp>
#include <telltale/file_failure.hpp>

#include "sqlite/encrypted_header.hpp"

namespace telltale::sqlite {
namespace {

using std::chrono::nanoseconds;

/// Larger differences are not explained by the clocks of two machines.
constexpr std::chrono::hours max_clock_difference{1};

nanoseconds ahead_of(const file_facts& facts, std::chrono::system_clock::time_point now) {
  return nanoseconds(facts.modified_ns) - nanoseconds(now.time_since_epoch());
}

bool is_readable_file(const copy_seen& seen, findings& found) {
  const auto& file = seen.file;
  if (file.error != 0) {
    const auto failure = file_failure(seen.path, file.error);
    found.fail(failure.reason, "backup " + failure.sentence);
  } else if (!file.regular) {
    found.fail(reason::mismatch, "backup " + seen.path + " is not a regular file");
  }
  return file.error == 0 && file.regular;
}

/// Checks only encryption and size: the content cannot be read.
void judge_encrypted_content(const copy_seen& seen, findings& found) {
  if (!seen.header.header.encrypted)
    found.warn(reason::mismatch, fmt::format("backup {} is not encrypted, which the database is", seen.path));
  else if (seen.file.facts.size % smallest_page != 0)
    found.fail(reason::corrupt, fmt::format("backup {} is truncated: {} bytes are not a whole number of pages",
                                            seen.path, seen.file.facts.size));
}

bool is_same_file(const file_state& a, const file_state& b) {
  return a.exists && b.exists && a.facts.inode == b.facts.inode && a.facts.device == b.facts.device;
}

void judge_content(const copy_seen& seen, const std::optional<backed_up>& of, bool encrypted, findings& found) {
  const auto& header = seen.header.header;
  if (seen.header.fault == header_fault::version)
    return found.fail(reason::mismatch, fmt::format("backup {} has format version {}, which no known SQLite supports",
                                                    seen.path, header.read_version));
  if (seen.header.fault != header_fault::none)
    return found.fail(reason::corrupt, fmt::format("backup {} is not an SQLite database", seen.path));
  if (header.page_count_valid && seen.file.facts.size < header.expected_bytes())
    found.fail(reason::corrupt, fmt::format("backup {} is truncated: {} of {} bytes are there", seen.path,
                                            seen.file.facts.size, header.expected_bytes()));
  if (encrypted) return judge_encrypted_content(seen, found);
  // The schema cookie at 40 is not compared: the backup API and VACUUM INTO assign a new one.
  if (of && of->seen.header.fault == header_fault::none && header.user_version < of->user_version)
    found.fail(reason::mismatch, fmt::format("backup {} has user_version {}, the database {}", seen.path,
                                             header.user_version, of->user_version));
}

}  // namespace

nanoseconds age_of(const file_facts& facts, std::chrono::system_clock::time_point now) {
  return std::max(-ahead_of(facts, now), nanoseconds(0));
}

void judge_backup(const copy_seen& seen, const std::optional<backed_up>& of, const backup_check_options& options,
                  std::chrono::system_clock::time_point now, findings& found) {
  if (!is_readable_file(seen, found)) return;
  const auto age = age_of(seen.file.facts, now);
  found.measure("size_bytes", static_cast<double>(seen.file.facts.size));
  found.measure("age_seconds", to_seconds(age));
  if (of && is_same_file(seen.file, of->seen.database))
    return found.fail(reason::mismatch,
                      fmt::format("backup {} is the database file itself under another name", seen.path));
  judge_content(seen, of, options.encrypted, found);
  if (!seen.unfinished.empty())
    found.warn(reason::mismatch,
               fmt::format("backup {} is not a finished copy: {} is not empty", seen.path, seen.unfinished));
  if (ahead_of(seen.file.facts, now) > max_clock_difference)
    found.warn(reason::mismatch,
               fmt::format("backup {} has a modification time in the future, so its age is unknown", seen.path));
  found.judge("backup " + seen.path + " is", age, options.age, {.after = " old"});
}

}  // namespace telltale::sqlite
