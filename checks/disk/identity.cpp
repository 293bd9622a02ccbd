// Stores the identity of the last run's file system as integers; names are hashed or packed.
#include "disk/identity.hpp"

#include <sys/sysmacros.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

#include <fmt/format.h>

namespace telltale::disk {
namespace {

constexpr std::array<std::string_view, 3> type_names{"fs_type0", "fs_type1", "fs_type2"};

/// FNV-1a, 64 bits, continued from `start`.
std::int64_t hash(std::string_view text, std::int64_t start = static_cast<std::int64_t>(14695981039346656037u)) {
  auto out = static_cast<std::uint64_t>(start);
  for (const char c : text) out = (out ^ static_cast<unsigned char>(c)) * 1099511628211u;
  return static_cast<std::int64_t>(out);
}

/// A hash of all compared values: when it is unchanged, no single value needs a comparison.
std::int64_t identity_hash(const path_state& seen) {
  const auto& on = *seen.mount;
  const std::array<std::uint64_t, 3> numbers{on.device, seen.id, seen.is_mount_point};
  const std::string_view bytes(reinterpret_cast<const char*>(numbers.data()), sizeof numbers);
  return hash(bytes, hash(on.point, hash(on.source, hash(on.type))));
}

/// Stores the first 24 characters of a type's name for messages of later runs.
void store_type(std::string_view type, memory& kept) {
  for (std::size_t i = 0; i < type_names.size(); ++i) {
    std::int64_t letters = 0;
    const auto part = type.substr(std::min(type.size(), i * sizeof letters), sizeof letters);
    std::memcpy(&letters, part.data(), part.size());
    kept.set(type_names[i], letters);
  }
}

std::string stored_type(const memory& kept) {
  std::array<char, type_names.size() * sizeof(std::int64_t) + 1> letters{};
  for (std::size_t i = 0; i < type_names.size(); ++i) {
    const auto part = kept.get(type_names[i]).value_or(0);
    std::memcpy(letters.data() + i * sizeof part, &part, sizeof part);
  }
  return letters.data();
}

void keep(const path_state& seen, memory& kept) {
  const auto& on = *seen.mount;
  kept.set("fs_mark", identity_hash(seen));
  store_type(on.type, kept);
  kept.set("fs_device", static_cast<std::int64_t>(on.device));
  kept.set("fs_id", static_cast<std::int64_t>(seen.id));
  kept.set("fs_source", hash(on.source));
  kept.set("fs_point", hash(on.point));
  kept.set("fs_point_size", static_cast<std::int64_t>(on.point.size()));
  kept.set("fs_own", seen.is_mount_point);
  kept.forget("fs_since");
}

/// File systems without a meaningful source, where each mount is a new file system.
bool is_volatile(std::string_view type) { return type == "tmpfs" || type == "ramfs" || type == "overlay"; }

bool same_file_system(const path_state& seen, const memory& kept) {
  const auto& on = *seen.mount;
  if (stored_type(kept) != on.type.substr(0, type_names.size() * sizeof(std::int64_t))) return false;
  const bool same_id = kept.get("fs_id") == static_cast<std::int64_t>(seen.id);
  const bool same_device = kept.get("fs_device") == static_cast<std::int64_t>(on.device);
  // With a block device the file system's id decides, if any. ext4 and others derive it from their UUID, so it survives
  // replugging a disk but not mkfs.
  if (major(on.device) != 0) return seen.id != 0 ? same_id : same_device;
  // Without a block device the device number changes at each mount, as does the id of some network file systems.
  if (is_volatile(on.type)) return same_device;
  return kept.get("fs_source") == hash(on.source) || (seen.id != 0 && same_id);
}

/// Whether the earlier mount point is still part of the path but no longer mounted.
bool mount_is_gone(const path_state& seen, const memory& kept, const std::function<std::string()>& real_path) {
  const auto& point = seen.mount->point;
  const auto size = static_cast<std::size_t>(kept.get("fs_point_size").value_or(0));
  if (kept.get("fs_point") == hash(point) || size <= point.size()) return false;
  const auto real = real_path();
  if (size > real.size() || (size < real.size() && real[size] != '/')) return false;
  return kept.get("fs_point") == hash(std::string_view(real).substr(0, size));
}

std::string gone_sentence(const path_state& seen, const rule_context& at) {
  const auto& on = *seen.mount;
  const bool same = at.kept.get("fs_device") == static_cast<std::int64_t>(on.device);
  const auto* before = at.kept.get("fs_own") != 1 ? "part of another file system"
                       : same                     ? "a separate mount"
                                                  : "a file system of its own";
  return fmt::format("{} was {} ({}), is now part of {} ({})", at.options.path.text, before, stored_type(at.kept),
                     on.point, on.type);
}

std::string changed_sentence(const path_state& seen, const rule_context& at) {
  const auto& on = *seen.mount;
  const bool was_own = at.kept.get("fs_own") == 1;
  const auto before = was_own ? "a file system of its own" : "part of another file system";
  const auto now = !seen.is_mount_point ? fmt::format("part of {} ({}, {})", on.point, on.type, on.source)
                   : was_own            ? fmt::format("another one ({}, {})", on.type, on.source)
                                        : fmt::format("a file system of its own ({}, {})", on.type, on.source);
  return fmt::format("{} was {} ({}), is now {}", at.options.path.text, before, stored_type(at.kept), now);
}

}  // namespace

bool judge_identity(const path_state& seen, const rule_context& at, boot_clock::time_point now,
                    const std::function<std::string()>& real_path) {
  if (!seen.mount) return true;
  auto& kept = at.kept;
  if (kept.get("fs_mark") == identity_hash(seen)) {
    kept.forget("fs_since");
    return true;
  }
  const bool known = kept.get("fs_point").has_value();
  if (known && mount_is_gone(seen, kept, real_path)) {
    at.found.warn(reason::replaced, gone_sentence(seen, at));
    return false;
  }
  if (!known || same_file_system(seen, kept)) {
    keep(seen, kept);
    return true;
  }
  const auto since = kept.get("fs_since").value_or(now.time_since_epoch().count());
  kept.set("fs_since", since);
  if (now.time_since_epoch() - std::chrono::nanoseconds(since) >= replacement_warning_period) {
    keep(seen, kept);
    kept.forget("was_writable");
    kept.forget("was_mounted_writable");
    return true;
  }
  at.found.warn(reason::replaced, changed_sentence(seen, at));
  return false;
}

bool judge_mount_point(const path_state& seen, const rule_context& at) {
  if (!at.options.mount || seen.is_mount_point) return true;
  const auto part =
      seen.mount ? fmt::format(", and what is there is part of {} ({})", seen.mount->point, seen.mount->type) : "";
  at.found.fail(reason::missing,
                fmt::format("{} is not a mount point: its volume is not mounted{}", at.options.path.text, part));
  return false;
}

void judge_deleted(const path_state& seen, const rule_context& at) {
  // The kernel adds this suffix to the name of a removed directory (fs/d_path.c). It also does so when a network file
  // system fails to find an existing one.
  if (!seen.mount || !seen.mount->root.ends_with("//deleted")) return;
  at.found.add(seen.is_directory && seen.is_unlinked ? verdict::fail : verdict::warn, reason::replaced,
               fmt::format("{} is a mount of a deleted {}: new files at its source path are not visible here",
                           at.options.path.text, seen.is_directory ? "directory" : "file"));
}

std::string subject_of(const std::string& path, const path_state& seen) {
  if (!seen.mount || (seen.is_mount_point && seen.measured == path)) return path;
  const auto* how = seen.measured == path ? "part of" : "mounted on";
  return fmt::format("{} ({} {}, {})", path, how, seen.mount->point, seen.mount->type);
}

}  // namespace telltale::disk
