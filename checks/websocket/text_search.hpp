// Looks for a text in bytes that pass in pieces, without keeping them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace telltale::websocket {

/// The algorithm of Knuth, Morris and Pratt: each byte is looked at once, and the memory is that of the text and its
/// table.
class text_search {
 public:
  /// An empty text is found in everything.
  explicit text_search(std::string wanted);

  void feed(std::string_view piece);
  bool found() const { return matched_ == wanted_.size(); }
  /// Forgets what has passed.
  void restart() { matched_ = 0; }

 private:
  std::string wanted_;
  std::vector<std::uint32_t> fallback_;  ///< after i matching bytes and a wrong one: how many of them still match
  std::size_t matched_ = 0;
};

}  // namespace telltale::websocket
