// Stores the latest outcome of a check compactly, because there is one per check.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <telltale/outcome.hpp>

namespace telltale {

/// Stores names separately from values: only the values change between runs, and checks of one type share their names.
class kept_measurements {
 public:
  using name_list = std::vector<std::string>;

  std::size_t size() const { return values_.size(); }
  const std::string& name(std::size_t i) const { return (*names_)[i]; }
  double value(std::size_t i) const { return values_[i]; }

  /// Copies the measurements. Keeps the list of names when the names are equal.
  void assign(const std::vector<measurement>&);

  /// The list of names; null when there is none. `share` replaces it with an equal list of another check.
  const std::shared_ptr<const name_list>& names() const { return names_; }
  void share(std::shared_ptr<const name_list> equal) { names_ = std::move(equal); }

  friend bool operator==(const kept_measurements&, const kept_measurements&);

 private:
  bool has_names_of(const std::vector<measurement>&) const;

  std::shared_ptr<const name_list> names_;
  std::vector<double> values_;
};

/// Defaults to a failure, as `outcome` does.
struct kept_outcome {
  telltale::verdict verdict = outcome{}.verdict;
  telltale::reason reason = outcome{}.reason;
  std::string message;
  kept_measurements measurements;

  /// Copies an outcome, reusing the allocated memory: this runs up to ten thousand times per second.
  void assign(const outcome&);
  friend bool operator==(const kept_outcome&, const kept_outcome&) = default;
};

}  // namespace telltale
