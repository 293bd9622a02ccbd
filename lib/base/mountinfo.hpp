// Parses /proc/self/mountinfo: the mount of a path, and the options of its file system. No I/O.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace telltale {

/// Why a file system refuses writes according to its own options, independent of the flags of a mount.
enum class refusal : std::uint8_t {
  none,
  readonly,   ///< `ro`: mounted so, or set by an error
  stopped,    ///< `emergency_ro`: ext4 refuses writes after an error
  shut_down,  ///< `shutdown`: neither reads nor writes work
};

/// One line of /proc/self/mountinfo (proc(5)); unused fields are omitted.
struct mount {
  std::uint64_t id = 0;
  std::uint64_t device = 0;  ///< of the file system, as makedev(3) makes it; major number 0: no block device
  std::string root;          ///< the directory of the file system that is mounted, "/" for all of it
  std::string point;
  std::string type;
  std::string source;
  bool readonly = false;  ///< this mount: `mount -o ro`, or a read-only bind
  refusal refuses = refusal::none;
  bool lower_only = false;  ///< an overlay without an upper directory, which no remount makes writable
  friend bool operator==(const mount&, const mount&) = default;
};

/// Parses a line without its line break; empty when it is not valid.
std::optional<mount> parse_mount(std::string_view line);

/// The mount with that id, which statx reports since Linux 5.8. Only its line is parsed.
std::optional<mount> mount_with_id(std::string_view mountinfo, std::uint64_t id);

/// The last mount whose point is the longest prefix of `path`, for older kernels. The path must be absolute and free of
/// symbolic links.
std::optional<mount> mount_above(std::string_view mountinfo, std::string_view path);

/// The first mount of that file system, for properties that all its mounts share: type, source, `refuses`.
std::optional<mount> mount_of_device(std::string_view mountinfo, std::uint64_t device);

/// Whether the type is read-only by design, and mostly 100% used: images such as squashfs, and overlays of lower
/// directories only.
bool is_image(const mount&);

/// Every mount that matches, in the order of the table. Parses all lines.
std::vector<mount> mounts_of(std::string_view mountinfo, const std::function<bool(const mount&)>& wanted);

}  // namespace telltale
