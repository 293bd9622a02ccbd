// Caches whether the last query result was as expected, until the files change.
#pragma once

#include <chrono>
#include <optional>

#include <telltale/clock.hpp>
#include <telltale/memory.hpp>

#include "sqlite/observation.hpp"

namespace telltale::sqlite {

class cached_result {
 public:
  struct known {
    bool as_expected = false;
    std::chrono::nanoseconds age{};  ///< since the run that queried
  };

  cached_result(memory& kept, boot_clock::time_point now) : kept_(kept), now_(now) {}

  /// `before`: the observation before the query. Stores nothing when the files were written so recently that another
  /// write could leave the same times: timestamps have a resolution of up to 2 s (FAT).
  void store(const observation& before, bool as_expected);
  void forget();

  /// The cached result, when device, inode, size and modification time of the database and its log are unchanged.
  std::optional<known> lookup(const observation&) const;

 private:
  memory& kept_;
  boot_clock::time_point now_;
};

}  // namespace telltale::sqlite
