// Reading /proc/self/mountinfo: which mount a path is on, and whether it can be written. No I/O.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace telltale::disk {

/// One line of /proc/self/mountinfo (proc(5)), as far as it is needed.
struct mount {
  std::uint64_t id = 0;
  std::string point;
  std::string type;
  bool readonly = false;         ///< this mount: `mount -o ro`, or a read-only bind
  bool readonly_inside = false;  ///< the file system itself: what the kernel sets after an error
  friend bool operator==(const mount&, const mount&) = default;
};

/// A line without its line break; nothing when it is not one.
std::optional<mount> parse_mount(std::string_view line);

/// The mount with that id, as statx tells it since Linux 5.8. Only its line is parsed.
std::optional<mount> mount_with_id(std::string_view mountinfo, std::uint64_t id);

/// The last mount whose point is the longest prefix of `path`, for older kernels. The path must be absolute and free of
/// symbolic links.
std::optional<mount> mount_above(std::string_view mountinfo, std::string_view path);

enum class write_state {
  writable,
  readonly,         ///< mounted so
  readonly_inside,  ///< mounted read-write, but the file system refuses writes
};

/// `flagged` is ST_RDONLY of statvfs, which does not tell the two kinds apart and misses some errors.
write_state write_state_of(const std::optional<mount>&, bool flagged);

/// Images are 100% used by design, so their usage means nothing.
bool is_image(const std::optional<mount>&);

}  // namespace telltale::disk
