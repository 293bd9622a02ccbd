// Looks at the files first, and runs quick_check where SQLite may open them.
#include "sqlite_integrity/check_integrity.hpp"

#include <algorithm>
#include <thread>

#include <telltale/file_failure.hpp>

#include "sqlite/copy_file.hpp"
#include "sqlite/judge_files.hpp"
#include "sqlite_integrity/quick_check.hpp"

namespace telltale::sqlite {
namespace {

outcome not_in_order() { return outcome::pass("not checked: its files are not in order", reason::idle); }

struct attempt {
  outcome found;
  bool final = true;  ///< another attempt would find the same
};

/// A failure that concerns the reader of a database. A full file system does not.
bool prevents_reading(const preliminary_finding& one) {
  return one.verdict == verdict::fail && one.reason != reason::full;
}

/// Findings that may be a step of a program that opens or closes the database are left to the check of type sqlite,
/// which confirms them by many observations.
outcome outcome_of(const std::vector<preliminary_finding>& wrong) {
  findings out;
  for (const auto& one : wrong)
    if (prevents_reading(one) && one.ambiguity <= ambiguity::moment) out.add(one);
  return out.worst_verdict() == verdict::pass ? not_in_order() : std::move(out).result("");
}

attempt check_once(const integrity_check_options& options, boot_clock::time_point deadline) {
  const auto seen = observe(options.path.text);
  const auto wrong = judge_files(seen, wal_expectation::ignore);
  if (std::ranges::any_of(wrong, prevents_reading)) return {outcome_of(wrong), false};
  if (!seen.readable() || seen.hot_journal()) return {not_in_order(), false};
  auto found = quick_check(seen, options.max_backlog.count, deadline);
  const bool refused = found.verdict == verdict::fail ? found.reason != reason::corrupt : found.reason == reason::idle;
  return {std::move(found), !refused};
}

/// Retries, because an application that opens or closes the database briefly holds locks or removes files.
outcome check_in_use(const integrity_check_options& options, boot_clock::time_point deadline) {
  constexpr int attempts = 10;
  constexpr std::chrono::milliseconds between_attempts{20};
  auto last = check_once(options, deadline);
  for (int i = 1; i < attempts && !last.final && boot_clock::now() + between_attempts < deadline; ++i) {
    std::this_thread::sleep_for(between_attempts);
    last = check_once(options, deadline);
  }
  return std::move(last.found);
}

outcome check_immutable(const std::string& path, boot_clock::time_point deadline) {
  const auto seen = observe_copy(path);
  if (seen.file.error != 0) {
    auto failure = file_failure(path, seen.file.error);
    return outcome::fail(failure.reason, std::move(failure.sentence));
  }
  if (!seen.file.regular) return outcome::fail(reason::mismatch, "is not a regular file");
  if (seen.header.fault == header_fault::version)
    return outcome::fail(reason::mismatch, "has a format version that no known SQLite supports");
  if (seen.header.fault != header_fault::none) return outcome::fail(reason::corrupt, "is not an SQLite database");
  if (!seen.unfinished.empty()) return outcome::pass("not checked: " + seen.unfinished + " is not empty", reason::idle);
  return quick_check_unchanging(path, deadline);
}

}  // namespace

outcome check_integrity(const integrity_check_options& options, boot_clock::time_point deadline) {
  return options.immutable ? check_immutable(options.path.text, deadline) : check_in_use(options, deadline);
}

}  // namespace telltale::sqlite
