// An outcome as it is remembered: in as little room as makes sense, because there is one of every check.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <telltale/outcome.hpp>

namespace telltale {

/// Measurements whose names are kept apart from the values: from one run to the next only these differ, and checks of
/// one type measure the same.
class kept_measurements {
 public:
  using name_list = std::vector<std::string>;

  std::size_t size() const { return values_.size(); }
  const std::string& name(std::size_t i) const { return (*names_)[i]; }
  double value(std::size_t i) const { return values_[i]; }

  /// Takes over what was measured. The list of names stays when they are the same.
  void take(const std::vector<measurement>&);

  /// The list of names, null when there is none; it may be swapped for an equal one that others have as well.
  const std::shared_ptr<const name_list>& names() const { return names_; }
  void share(std::shared_ptr<const name_list> equal) { names_ = std::move(equal); }

  friend bool operator==(const kept_measurements&, const kept_measurements&);

 private:
  bool has_names_of(const std::vector<measurement>&) const;

  std::shared_ptr<const name_list> names_;
  std::vector<double> values_;
};

/// The default is a failure, as that of `outcome`.
struct kept_outcome {
  telltale::verdict verdict = outcome{}.verdict;
  telltale::reason reason = outcome{}.reason;
  std::string message;
  kept_measurements measurements;

  /// Takes over an outcome, in the room that there is: this is done ten thousand times a second.
  void take(const outcome&);
  friend bool operator==(const kept_outcome&, const kept_outcome&) = default;
};

}  // namespace telltale
