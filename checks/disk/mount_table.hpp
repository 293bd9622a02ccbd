// A short-lived cache of the mount table, which is the most expensive read of the disk check.
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

/// One tick of the scheduler, so that checks that are due together share one read. Changes that are visible only in the
/// table (an ext4 that an error has stopped) are detected with at most this delay.
inline constexpr std::chrono::milliseconds mount_table_lifetime{50};

/// Not thread-safe.
class mount_table {
 public:
  /// `read` returns the text of /proc/self/mountinfo, empty when it does not exist.
  explicit mount_table(std::function<std::string()> read) : read_(std::move(read)) {}

  /// The mount with this id. `readonly` is its current ST_RDONLY flag: a cached entry that differs is stale, as is a
  /// table without this id.
  std::optional<mount> find(std::uint64_t id, bool readonly, boot_clock::time_point now);

  /// Makes the next `find` read the table again.
  void forget() { read_at_ = {}; }

  /// The text that was read last.
  std::string_view text() const { return text_; }

 private:
  const mount* in_text(std::uint64_t id);

  std::function<std::string()> read_;
  std::string text_;
  std::vector<mount>
      parsed_;  ///< entries found in this text; only requested ones are parsed, because a table can have thousands
  boot_clock::time_point read_at_;
};

}  // namespace telltale::disk
