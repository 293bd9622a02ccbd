// Compares the length of the log with that of the previous run.
#include "sqlite/starvation.hpp"

#include <string_view>

namespace telltale::sqlite {
namespace {

constexpr std::string_view log_salt = "log_salt";
constexpr std::string_view log_frames = "log_frames";
constexpr std::string_view log_copied = "log_copied";
constexpr std::string_view starved_before = "log_starved";

/// All frames are copied and no reader uses the log, so the next commit restarts it.
bool restartable(const observation& seen) {
  return seen.index.index.backlog_frames() == 0 && seen.shm_holders.log_readers == 0;
}

}  // namespace

bool log_starved(memory& kept, const observation& seen, const upper_limit<bytes>& limit) {
  if (!seen.index_ok()) return false;
  const auto& index = seen.index.index;
  const auto salt = index.log_id();
  const bool same_log = kept.get(log_salt) == salt;
  const auto copied_before = same_log ? static_cast<std::uint64_t>(kept.get(log_copied).value_or(0)) : 0;
  const bool grew = same_log && index.last_frame > kept.get(log_frames).value_or(index.last_frame) &&
                    judge(bytes{copied_before}, limit) != verdict::pass;
  const bool still = same_log && kept.get(starved_before) && seen.shm_holders.readers > 0;
  const bool starved = !restartable(seen) && (grew || still);

  kept.set(log_salt, salt);
  kept.set(log_frames, index.last_frame);
  kept.set(log_copied, static_cast<std::int64_t>(index.copied_bytes()));
  if (starved) kept.set(starved_before, 1);
  else kept.forget(starved_before);
  return starved;
}

}  // namespace telltale::sqlite
