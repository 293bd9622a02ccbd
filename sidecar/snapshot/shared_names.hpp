// One list of measurement names for all checks that measure the same.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "policy/kept_outcome.hpp"

namespace telltale {

/// Remembers a few lists, which are compared one by one: there are about as many as check types. A check whose names
/// are never the same keeps a list of its own, and can neither fill the memory nor slow the others down.
class shared_names {
 public:
  static constexpr std::size_t most = 32;

  /// Gives the measurements the list that others have, if their own is new.
  void share(kept_measurements&);

 private:
  std::vector<std::shared_ptr<const kept_measurements::name_list>> lists_;
};

}  // namespace telltale
