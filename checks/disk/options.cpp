// Declares the options of the disk check.
#include "disk/options.hpp"

#include <fmt/format.h>

namespace telltale::disk {

void disk_options::validate(source_location at, problems& errors) const {
  if (fail < warn)
    errors.add(at, fmt::format("warn ({}) must be below fail ({}), or a warning could never be seen", to_text(warn),
                               to_text(fail)));
  if (size_limit && size_limit->count == 0) errors.add(at, "size_limit: must be more than 0B");
}

options_of<disk_options> disk_options::declared() {
  using self = disk_options;
  return options_of<self>()
      .required(
          "path", &self::path,
          "Any file or directory on the file system to measure, or a block device that is mounted; symbolic links "
          "are followed.")
      .optional("mount", &self::mount,
                "`path` must be a mount point, as a volume's is: fail when its volume is not mounted, instead of "
                "measuring the disk of the directory above. Without it a change of the file system between two runs is "
                "a warning.")
      .optional("warn", &self::warn,
                "Warn when this share of the space is used, counted as df does: used / (used + available to "
                "unprivileged users).")
      .optional("fail", &self::fail,
                "Fail at this share; use 88% on a Kubernetes node's own file system, because the kubelet evicts pods "
                "at 90%.")
      .optional("free", &self::free,
                "Least number of bytes that must stay available; with `warn` and `fail` the stricter rule wins.")
      .optional("inodes", &self::inodes, "Share of inodes in use; ignored on file systems that do not count inodes.")
      .optional(
          "expect_writable", &self::expect_writable,
          "Fail when the file system cannot be written, by its own options and not by the flags of this mount: a "
          "volume mounted read-only into a sidecar passes until the file system itself is read-only or has stopped "
          "after an error. Without it a file system that was always read-only is fine, and one that turned "
          "read-only or stopped is a warning.")
      .optional(
          "write_test", &self::write_test,
          "Also write and fsync an unnamed 4 KiB file in the directory on every run, then create a named file and "
          "remove it; costs one disk flush and leaves nothing but the directory's modification time.")
      .optional("size_limit", &self::size_limit,
                "Quota of the directory `path`, such as an emptyDir sizeLimit: what it holds is counted as du does "
                "(within this mount, at most 200000 entries and half of the timeout), `warn` and `fail` apply to "
                "this size as well, and a large tree deserves a longer `interval`.");
}

}  // namespace telltale::disk
