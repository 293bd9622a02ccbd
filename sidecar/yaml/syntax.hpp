// Reads the layout of the configuration before yaml-cpp does, because YAML accepts too much and explains too little.
//
// An open quote swallows the rest of a file, a missing colon glues lines together, `[[[[…` costs a gigabyte: YAML finds
// nothing wrong, or says "end of map not found" somewhere later. This scanner knows the stricter layout that a
// configuration has (keys end on their own line, values may go on in deeper ones, no anchors, aliases, tags,
// directives, complex keys, no second document) and names the place where it is broken. What it accepts, yaml-cpp reads
// the same way: the reader compares.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <telltale/raw_value.hpp>

#include "yaml/source_text.hpp"

namespace telltale::yaml {

inline constexpr std::size_t max_depth = 32;
/// Scalars and collections: enough for 10,000 checks with eight options each; bounds memory.
inline constexpr std::size_t max_values = 200'000;
/// In one outermost collection in brackets, of which yaml-cpp keeps every token (about 130 bytes) at once.
inline constexpr std::size_t max_flow_values = 100'000;

/// A scalar that goes on over several lines.
struct folded_range {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
};

struct syntax {
  std::vector<std::uint32_t> scalars;  ///< where each scalar starts, ascending
  std::vector<folded_range> folded;    ///< those of them that go on over several lines, ascending
  bool readable = true;                ///< false: what follows from the text cannot be trusted
};

syntax check_syntax(const source_text&, problems&);

}  // namespace telltale::yaml
