// Shares one list of measurement names between all checks that measure the same.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "policy/kept_outcome.hpp"

namespace telltale {

/// Keeps a few lists and compares them one by one; there are about as many as check types. A check whose names change
/// with each run keeps its own list, which limits memory and time.
class shared_names {
 public:
  static constexpr std::size_t most = 32;

  /// Replaces the list of names with an equal known list.
  void share(kept_measurements&);

 private:
  std::vector<std::shared_ptr<const kept_measurements::name_list>> lists_;
};

}  // namespace telltale
