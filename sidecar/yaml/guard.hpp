// Validates YAML text before yaml-cpp parses it, for problems that yaml-cpp accepts or describes poorly.
//
// An open quote swallows the rest of a file, a missing colon joins lines, `[[[[…` takes a gigabyte: yaml-cpp accepts
// the text, or reports "end of map not found" somewhere later. The guard scans the text once, reports the location of
// the mistake, and records the start and end of each scalar. yaml-cpp derives the nesting from the columns.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <telltale/raw_value.hpp>

#include "yaml/scalar.hpp"
#include "yaml/source_text.hpp"

namespace telltale::yaml {

inline constexpr std::size_t max_depth = 32;

struct scalar_range {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
};

/// The results of the guard, shared by its two parts, for blocks and for brackets.
struct guarded {
  guarded(const source_text& text, problems& list) : source(text), errors(list), before(list.size()) {}

  const source_text& source;
  problems& errors;
  std::vector<scalar_range> scalars;  ///< in text order, without text blocks
  std::size_t before = 0;             ///< problems of earlier phases
  std::size_t harmless = 0;           ///< problems that do not change the meaning of the rest of the text
  bool stopped = false;

  /// Scanning stops at 200 problems.
  bool enough() const { return stopped || errors.size() >= before + 200; }
  /// False when a problem makes the tree unreliable.
  bool readable() const { return !enough() && errors.size() == before + harmless; }

  /// The end of the scalar at `pos`; 0 when there is none.
  std::size_t end_of_scalar(std::size_t pos) const {
    const auto found = std::ranges::lower_bound(scalars, pos, {}, &scalar_range::begin);
    return found != scalars.end() && found->begin == pos ? found->end : 0;
  }

  void report(std::size_t pos, std::string message) { errors.add(source.at(pos), std::move(message)); }
  void report(fault found) {
    if (found.harmless) ++harmless;
    report(found.at, std::move(found.message));
  }
  void stop(std::size_t pos, std::string message) {
    if (!enough()) report(pos, std::move(message));
    stopped = true;
  }
  void add_scalar(std::size_t begin, std::size_t end) {
    scalars.push_back({static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)});
  }
};

guarded guard_text(const source_text&, problems&);

}  // namespace telltale::yaml
