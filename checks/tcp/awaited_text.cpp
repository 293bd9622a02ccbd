// Implements the search for a text or a pattern in pieces.
#include "tcp/awaited_text.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace telltale {
namespace {

/// Bytes to search, over all pieces of a run; a text of 64 KiB in pieces of 2 KiB needs 1 MiB.
constexpr std::size_t most_searched = std::size_t{4} << 20;

}  // namespace

bool awaited_text::add(std::string_view piece) {
  const auto before = heard_.size();
  heard_ += piece;
  if (options_.expect) {
    const auto& wanted = *options_.expect;
    return heard_.find(wanted, before - std::min(before, wanted.size())) != std::string::npos;
  }
  if (searched_ > most_searched) return false;
  searched_ += heard_.size();
  return found();
}

bool awaited_text::found() const {
  if (options_.expect) return heard_.find(*options_.expect) != std::string::npos;
  return options_.match->found_in(heard_);
}

std::string awaited_text::unmet(const std::string& shown) const {
  const auto seen = fmt::format("the server sent '{}'", shown);
  return options_.match ? telltale::unmet(seen, *options_.match) : seen + " instead of the expected text";
}

}  // namespace telltale
