// Stores the options of one check until the check has been built.
#pragma once

#include <cstdint>
#include <memory>

#include <telltale/raw_value.hpp>

namespace telltale {

/// The validated options of a check's type. The tree is needed until the check has been built from it, and it is the
/// largest part of a check's configuration. It can then be released; a hash remains for the comparison with a later
/// configuration. Copies share the tree.
class check_options {
 public:
  check_options() : check_options(raw_value{}) {}
  check_options(raw_value tree);  // NOLINT(google-explicit-constructor): same value

  /// Must not be called after `release_tree`.
  operator const raw_value&() const;  // NOLINT(google-explicit-constructor)
  const raw_value* operator->() const { return &static_cast<const raw_value&>(*this); }

  void release_tree() { tree_ = nullptr; }

  /// Whether the options are equal, ignoring locations: a comment above the check moves them.
  bool same_as(const check_options& other) const { return hash_ == other.hash_; }

 private:
  std::shared_ptr<const raw_value> tree_;
  std::uint64_t hash_;
};

}  // namespace telltale
