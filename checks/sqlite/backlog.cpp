// Compares the backlog with that of the previous run.
#include "sqlite/backlog.hpp"

#include <string_view>

#include "sqlite/judge_limits.hpp"

namespace telltale::sqlite {
namespace {

constexpr std::string_view backlog_salt = "backlog_salt";
constexpr std::string_view backlog_frames = "backlog_frames";

}  // namespace

bool backlog_being_copied(memory& kept, const observation& seen, const upper_limit<bytes>& limit) {
  const auto backlog = backlog_bytes(seen);
  if (!backlog) return false;
  if (judge(bytes{*backlog}, limit) != verdict::fail) {
    kept.forget(backlog_salt);
    kept.forget(backlog_frames);
    return false;
  }
  const auto& index = seen.index.index;
  const auto before = kept.get(backlog_frames);
  const bool again = kept.get(backlog_salt) == index.log_id() && before && index.backlog_frames() >= *before;
  kept.set(backlog_salt, index.log_id());
  kept.set(backlog_frames, index.backlog_frames());
  return seen.shm_holders.checkpointer && !again;
}

}  // namespace telltale::sqlite
