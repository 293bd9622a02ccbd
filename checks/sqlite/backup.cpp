// Reads and judges the backup's file.
#include "sqlite/backup.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>

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

nanoseconds age_of(const file_facts& facts, std::chrono::system_clock::time_point now) {
  return std::max(-ahead_of(facts, now), nanoseconds(0));
}

bool is_readable_file(const backup_seen& seen, findings& found) {
  const auto& file = seen.file;
  if (file.error != 0) {
    const auto failure = file_failure(seen.path, file.error);
    found.fail(failure.reason, "backup " + failure.sentence);
  } else if (!file.regular) {
    found.fail(reason::mismatch, "backup " + seen.path + " is not a regular file");
  }
  return file.error == 0 && file.regular;
}

/// A copied database file is incomplete while its log or journal is still beside it.
std::string unfinished_beside(const std::string& path) {
  for (const auto* suffix : {"-wal", "-journal"})
    if (const auto beside = stat_and_open(path + suffix).state; beside.exists && beside.facts.size > 0)
      return path + suffix;
  return "";
}

/// Checks only encryption and size: the content cannot be read.
void judge_encrypted_content(const backup_seen& seen, findings& found) {
  if (!seen.header.header.encrypted)
    found.warn(reason::mismatch, fmt::format("backup {} is not encrypted, which the database is", seen.path));
  else if (seen.file.facts.size % smallest_page != 0)
    found.fail(reason::corrupt, fmt::format("backup {} is truncated: {} bytes are not a whole number of pages",
                                            seen.path, seen.file.facts.size));
}

void judge_content(const backup_seen& seen, const observation& of, std::uint32_t user_version, findings& found) {
  const auto& header = seen.header.header;
  if (seen.header.fault == header_fault::version)
    return found.fail(reason::mismatch, fmt::format("backup {} has format version {}, which no known SQLite supports",
                                                    seen.path, header.read_version));
  if (seen.header.fault != header_fault::none)
    return found.fail(reason::corrupt, fmt::format("backup {} is not an SQLite database", seen.path));
  if (header.page_count_valid && seen.file.facts.size < header.expected_bytes())
    found.fail(reason::corrupt, fmt::format("backup {} is truncated: {} of {} bytes are there", seen.path,
                                            seen.file.facts.size, header.expected_bytes()));
  if (seen.should_be_encrypted) return judge_encrypted_content(seen, found);
  // The schema cookie at 40 is not compared: the backup API and VACUUM INTO assign a new one.
  if (of.header.fault == header_fault::none && header.user_version < user_version)
    found.fail(reason::mismatch, fmt::format("backup {} has user_version {}, the database {}", seen.path,
                                             header.user_version, user_version));
}

}  // namespace

backup_seen observe_backup(const std::string& path, bool encrypted) {
  backup_seen out{path, {}, {}, encrypted, {}};
  auto target = path;
  auto opened = stat_and_open_target(target);
  out.file = opened.state;
  if (!opened.file) return out;
  std::array<std::byte, database_header_bytes> start{};
  update_facts(opened.file.get(), out.file);
  const auto got = ::pread(opened.file.get(), start.data(), start.size(), 0);
  if (got < 0) out.file.error = errno;
  else {
    const auto bytes = byte_view(start).first(static_cast<std::size_t>(got));
    out.header = encrypted ? parse_encrypted_header(bytes) : parse_database_header(bytes);
  }
  out.unfinished = unfinished_beside(target);
  return out;
}

void judge_backup(const backup_seen& seen, const observation& of, std::uint32_t user_version,
                  const backup_options& options, std::chrono::system_clock::time_point now, findings& found) {
  if (!is_readable_file(seen, found)) return;
  const auto age = age_of(seen.file.facts, now);
  found.measure("backup_bytes", static_cast<double>(seen.file.facts.size));
  found.measure("backup_age_seconds", to_seconds(age));
  if (of.database.exists && seen.file.facts.inode == of.database.facts.inode &&
      seen.file.facts.device == of.database.facts.device)
    return found.fail(reason::mismatch,
                      fmt::format("backup {} is the database file itself under another name", seen.path));
  judge_content(seen, of, user_version, found);
  if (!seen.unfinished.empty())
    found.warn(reason::mismatch,
               fmt::format("backup {} is not a finished copy: {} is not empty", seen.path, seen.unfinished));
  if (ahead_of(seen.file.facts, now) > max_clock_difference)
    found.warn(reason::mismatch,
               fmt::format("backup {} has a modification time in the future, so its age is unknown", seen.path));
  found.judge("backup " + seen.path + " is", age, options.max_age, {.after = " old"});
}

}  // namespace telltale::sqlite
