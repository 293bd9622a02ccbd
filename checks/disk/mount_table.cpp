// Decides when the cached mount table is valid.
#include "disk/mount_table.hpp"

#include <algorithm>

namespace telltale::disk {
namespace {

/// False also for a file system that an error has stopped without ST_RDONLY: its entry is read again in every run, so
/// that its recovery is detected at once.
bool agrees(const mount& kept, bool readonly) { return readonly == (kept.readonly || kept.refuses != refusal::none); }

}  // namespace

std::optional<mount> mount_table::find(std::uint64_t id, bool readonly, boot_clock::time_point now) {
  const auto* found = now - read_at_ < mount_table_lifetime ? in_text(id) : nullptr;
  if (!found || !agrees(*found, readonly)) {
    text_ = read_();
    read_at_ = now;
    parsed_.clear();
    found = in_text(id);
  }
  return found ? std::optional(*found) : std::nullopt;
}

const mount* mount_table::in_text(std::uint64_t id) {
  const auto known = std::ranges::find(parsed_, id, &mount::id);
  if (known != parsed_.end()) return &*known;
  auto found = mount_with_id(text_, id);
  return found ? &parsed_.emplace_back(std::move(*found)) : nullptr;
}

}  // namespace telltale::disk
