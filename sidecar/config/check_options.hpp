// The options of one check, as long as anybody needs them.
#pragma once

#include <cstdint>
#include <memory>

#include <telltale/raw_value.hpp>

namespace telltale {

/// The options of a check's own type, already validated. The tree is needed until the check has been built from it, and
/// takes more room than all else that is known of a check: then it may be forgotten, and what is left is a hash by
/// which a later configuration is compared. Copies share the tree.
class check_options {
 public:
  check_options() : check_options(raw_value{}) {}
  check_options(raw_value tree);  // NOLINT(google-explicit-constructor): it is what is written in the file

  /// Not after `forget`.
  operator const raw_value&() const;  // NOLINT(google-explicit-constructor)
  const raw_value* operator->() const { return &static_cast<const raw_value&>(*this); }

  void forget() { tree_ = nullptr; }

  /// Whether the same was written, wherever it was: a comment above moves it.
  bool same_as(const check_options& other) const { return hash_ == other.hash_; }

 private:
  std::shared_ptr<const raw_value> tree_;
  std::uint64_t hash_;
};

}  // namespace telltale
