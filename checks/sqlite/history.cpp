// Computes the ages of the write lock and the last commit.
#include "sqlite/history.hpp"

#include <string_view>

namespace telltale::sqlite {
namespace {

constexpr std::string_view writer_since = "writer_since_ns";
constexpr std::string_view writer_pid = "writer_pid";
constexpr std::string_view writer_commit = "writer_commit";
constexpr std::string_view commit_source = "commit_source";
constexpr std::string_view commit_value = "commit_value";
constexpr std::string_view commit_since = "commit_since_ns";

/// A value that changes with every commit, and its source: values of different sources are not comparable.
struct commit_mark {
  std::int64_t source = 0;
  std::int64_t value = 0;
};

std::optional<commit_mark> mark_of(const observation& seen) {
  if (seen.index_ok()) return commit_mark{1, seen.index.index.change};
  if (seen.held_exclusively()) return commit_mark{2, seen.wal.facts.modified_ns};
  if (seen.header.header.encrypted && !seen.wal_mode()) return commit_mark{4, seen.database.facts.modified_ns};
  if (seen.header.fault == header_fault::none && !seen.wal_mode())
    return commit_mark{3, seen.header.header.change_counter};
  return std::nullopt;  // no process has it open, so there are no commits
}

std::int64_t count(boot_clock::time_point at) { return at.time_since_epoch().count(); }

}  // namespace

std::optional<std::chrono::nanoseconds> history::writer_held_for(const observation& seen) {
  const auto holder = seen.writer();
  if (!holder) {
    kept_.forget(writer_since);
    return std::nullopt;
  }
  const auto mark = mark_of(seen);
  const auto commit = mark ? mark->value : 0;
  const auto since = kept_.get(writer_since);
  if (since && kept_.get(writer_pid) == holder->pid && kept_.get(writer_commit) == commit)
    return std::chrono::nanoseconds(count(now_) - *since);
  kept_.set(writer_since, count(now_));
  kept_.set(writer_pid, holder->pid);
  kept_.set(writer_commit, commit);
  return std::chrono::nanoseconds(0);
}

std::chrono::nanoseconds history::last_commit_age(const observation& seen) {
  const auto mark = mark_of(seen);
  const bool comparable = mark && kept_.get(commit_source) == mark->source;
  const bool same = comparable && kept_.get(commit_value) == mark->value;
  if (mark && !same) {
    kept_.set(commit_source, mark->source);
    kept_.set(commit_value, mark->value);
  }
  auto since = kept_.get(commit_since);
  if (!since || (comparable && !same)) {
    since = count(now_);
    kept_.set(commit_since, *since);
  }
  return std::chrono::nanoseconds(count(now_) - *since);
}

}  // namespace telltale::sqlite
