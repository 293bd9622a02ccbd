// YAML text to a tree of raw values. The only file pair that knows yaml-cpp.
#pragma once

#include <optional>

#include <telltale/raw_value.hpp>

#include "yaml/source_text.hpp"

namespace telltale {

/// Reads one document. Nothing when the text cannot be read any further; a tree, possibly with problems, when what it
/// says is clear: duplicate or unsuitable keys, anchors and tags. Neither throws nor recurses without bound; time and
/// memory are linear in the text.
///
/// A value without text (`path:`) is a null at the place of its key. Keys are unique. A text block loses its last line
/// break, so that `path: |` means what it looks like.
std::optional<raw_value> read_yaml(const source_text&, problems&);

}  // namespace telltale
