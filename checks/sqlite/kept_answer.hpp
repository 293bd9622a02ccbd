// Remembers whether the last answer of the query was the expected one, for as long as the files cannot have changed.
#pragma once

#include <chrono>
#include <optional>

#include <telltale/clock.hpp>
#include <telltale/memory.hpp>

#include "sqlite/observation.hpp"

namespace telltale::sqlite {

class kept_answer {
 public:
  struct known {
    bool as_expected = false;
    std::chrono::nanoseconds age{};  ///< since the run that asked
  };

  kept_answer(memory& kept, boot_clock::time_point now) : kept_(kept), now_(now) {}

  /// `before` are the files as they were before they were read. Keeps nothing when they were written so recently that
  /// another write would leave the same times: file systems count in steps of up to 2 s (FAT).
  void note(const observation& before, bool as_expected);
  void forget();

  /// The answer, when device, inode, size and modification time of the database and of its log are still the same.
  std::optional<known> of(const observation&) const;

 private:
  memory& kept_;
  boot_clock::time_point now_;
};

}  // namespace telltale::sqlite
