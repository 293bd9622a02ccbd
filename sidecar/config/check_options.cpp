// Hashes option trees.
#include "config/check_options.hpp"

#include <cassert>
#include <string_view>
#include <utility>

#include "config/text_hash.hpp"

namespace telltale {
namespace {

/// Lengths and counts come first, so that different trees give different byte sequences.
class hasher {
 public:
  void take(const raw_value& value) {
    take(static_cast<std::uint64_t>(value.kind) * 2 + (value.quoted ? 1 : 0));
    take(value.text);
    take(value.items.size());
    for (const auto& item : value.items) take(item);
    take(value.members.size());
    for (const auto& member : value.members) {
      take(member.key);
      take(member.value);
    }
  }
  std::uint64_t result() const { return hash_; }

 private:
  void take(std::uint64_t number) {
    for (int shift = 0; shift < 64; shift += 8) hash_ = fnv_1a(hash_, static_cast<unsigned char>(number >> shift));
  }
  void take(std::string_view text) {
    take(text.size());
    for (const char c : text) hash_ = fnv_1a(hash_, static_cast<unsigned char>(c));
  }

  std::uint64_t hash_ = fnv_1a_start;
};

std::uint64_t hash_of(const raw_value& tree) {
  hasher out;
  out.take(tree);
  return out.result();
}

}  // namespace

check_options::check_options(raw_value tree)
    : tree_(std::make_shared<const raw_value>(std::move(tree))), hash_(hash_of(*tree_)) {}

check_options::operator const raw_value&() const {
  assert(tree_ && "the options of this check have been forgotten");
  return *tree_;
}

}  // namespace telltale
