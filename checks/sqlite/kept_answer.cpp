// Keeps a fingerprint of the files beside what they answered.
#include "sqlite/kept_answer.hpp"

#include <algorithm>
#include <cstdint>
#include <string_view>

namespace telltale::sqlite {
namespace {

constexpr std::string_view answer_files = "answer_files";
constexpr std::string_view answer_expected = "answer_expected";
constexpr std::string_view answer_at = "answer_at_ns";

constexpr std::chrono::seconds coarsest_times{2};

/// FNV-1a over whole numbers.
class fingerprint {
 public:
  void add(std::uint64_t value) {
    for (int byte = 0; byte < 8; ++byte, value >>= 8) sum_ = (sum_ ^ (value & 0xff)) * 0x100000001b3;
  }
  void add(const file_facts& file) {
    for (const auto value : {file.device, file.inode, file.size, static_cast<std::uint64_t>(file.modified_ns)})
      add(value);
  }
  std::int64_t value() const { return static_cast<std::int64_t>(sum_); }

 private:
  std::uint64_t sum_ = 0xcbf29ce484222325;
};

/// An empty log holds as little as a missing one.
bool has_log(const observation& seen) { return seen.wal.facts.size > 0; }

std::int64_t fingerprint_of(const observation& seen) {
  fingerprint out;
  out.add(seen.database.facts);
  if (has_log(seen)) out.add(seen.wal.facts);
  return out.value();
}

bool was_written_just_now(const observation& seen) {
  const auto last = std::max(seen.database.facts.modified_ns, has_log(seen) ? seen.wal.facts.modified_ns : 0);
  const auto now = std::chrono::nanoseconds(std::chrono::system_clock::now().time_since_epoch());
  return std::chrono::nanoseconds(last) > now - coarsest_times;
}

}  // namespace

void kept_answer::note(const observation& before, bool as_expected) {
  if (was_written_just_now(before)) return forget();
  kept_.set(answer_files, fingerprint_of(before));
  kept_.set(answer_expected, as_expected ? 1 : 0);
  kept_.set(answer_at, now_.time_since_epoch().count());
}

void kept_answer::forget() { kept_.forget(answer_files); }

std::optional<kept_answer::known> kept_answer::of(const observation& seen) const {
  if (kept_.get(answer_files) != fingerprint_of(seen)) return std::nullopt;
  const auto at = kept_.get(answer_at);
  const auto expected = kept_.get(answer_expected);
  if (!at || !expected) return std::nullopt;
  return known{*expected == 1, std::chrono::nanoseconds(now_.time_since_epoch().count() - *at)};
}

}  // namespace telltale::sqlite
