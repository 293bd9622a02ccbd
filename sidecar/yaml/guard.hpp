// Guards the YAML reader against texts that yaml-cpp accepts too readily or explains too little.
//
// An open quote swallows the rest of a file, a missing colon glues lines together, `[[[[…` costs a gigabyte: yaml-cpp
// finds nothing wrong, or says "end of map not found" somewhere later. The guard reads the text once, names the place
// where it is broken, and says where each scalar begins and ends. Which levels the columns make is left to yaml-cpp.
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

/// What the guard found: shared by its two parts, for blocks and for brackets.
struct guarded {
  guarded(const source_text& text, problems& list) : source(text), errors(list), before(list.size()) {}

  const source_text& source;
  problems& errors;
  std::vector<scalar_range> scalars;  ///< in their order, without text blocks
  std::size_t before = 0;             ///< problems of earlier phases
  std::size_t harmless = 0;           ///< problems that do not change what the rest of the text says
  bool stopped = false;

  /// Reading stops at 200 problems.
  bool enough() const { return stopped || errors.size() >= before + 200; }
  /// False when what follows from the text cannot be trusted.
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
