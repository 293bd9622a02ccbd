// Parses YAML text to a tree of raw values. Only this file pair uses yaml-cpp.
#pragma once

#include <optional>

#include <telltale/raw_value.hpp>

#include "yaml/source_text.hpp"

namespace telltale {

/// Parses one document. Empty when the text cannot be parsed; a tree, possibly with problems, when its meaning is
/// unambiguous: duplicate or unsuitable keys, anchors and tags. Does not throw; recursion is bounded; time and memory
/// are linear in the text.
///
/// A value without text (`path:`) is a null at the location of its key. Keys are unique. The last line break of a text
/// block is dropped, so that `path: |` gives a usable path.
std::optional<raw_value> read_yaml(const source_text&, problems&);

}  // namespace telltale
