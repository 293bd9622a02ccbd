// Stores the query result together with a fingerprint of the files.
#include "sqlite/cached_result.hpp"

#include <cstdint>
#include <string_view>

#include "sqlite/reading.hpp"

namespace telltale::sqlite {
namespace {

constexpr std::string_view result_files = "result_files";
constexpr std::string_view result_expected = "result_expected";
constexpr std::string_view result_at = "result_at_ns";

constexpr std::chrono::seconds coarsest_times{2};

/// FNV-1a over integers.
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

/// An empty log counts as missing.
bool has_log(const observation& seen) { return seen.wal.facts.size > 0; }

std::int64_t fingerprint_of(const observation& seen) {
  fingerprint out;
  out.add(seen.database.facts);
  if (has_log(seen)) out.add(seen.wal.facts);
  return out.value();
}

}  // namespace

void cached_result::store(const observation& before, bool as_expected) {
  if (was_written_within(before, coarsest_times)) return forget();
  kept_.set(result_files, fingerprint_of(before));
  kept_.set(result_expected, as_expected ? 1 : 0);
  kept_.set(result_at, now_.time_since_epoch().count());
}

void cached_result::forget() { kept_.forget(result_files); }

std::optional<cached_result::known> cached_result::lookup(const observation& seen) const {
  if (kept_.get(result_files) != fingerprint_of(seen)) return std::nullopt;
  const auto at = kept_.get(result_at);
  const auto expected = kept_.get(result_expected);
  if (!at || !expected) return std::nullopt;
  return known{*expected == 1, std::chrono::nanoseconds(now_.time_since_epoch().count() - *at)};
}

}  // namespace telltale::sqlite
