// The mount table, kept for a moment: to write it costs the kernel more than all else that a look at a disk does.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <telltale/clock.hpp>

#include "base/mountinfo.hpp"

namespace telltale::disk {

/// One tick of the scheduler: checks that are due together share one reading. What shows nowhere but in the table (an
/// ext4 that an error has stopped) is seen this much later at most.
inline constexpr std::chrono::milliseconds kept_for{50};

/// Not thread-safe.
class mount_table {
 public:
  /// `read` gives the text of /proc/self/mountinfo, or nothing where there is none.
  explicit mount_table(std::function<std::string()> read) : read_(std::move(read)) {}

  /// The mount with that id. `readonly` is ST_RDONLY of it, asked for just now: a kept line that says otherwise is
  /// old, as is a table without that id.
  std::optional<mount> find(std::uint64_t id, bool readonly, boot_clock::time_point now);

  /// The next `find` reads anew.
  void forget() { read_at_ = {}; }

  /// The text of the last reading.
  std::string_view text() const { return text_; }

 private:
  const mount* in_text(std::uint64_t id);

  std::function<std::string()> read_;
  std::string text_;
  std::vector<mount> parsed_;  ///< what was found in this text; a table can have thousands of lines, few are asked for
  boot_clock::time_point read_at_;
};

}  // namespace telltale::disk
