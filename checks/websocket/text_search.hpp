// Searches for a text in a stream of bytes without storing the stream.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace telltale::websocket {

/// Keeps only the last bytes that may be a prefix of the text.
class text_search {
 public:
  explicit text_search(std::string wanted) : wanted_(std::move(wanted)) {}

  void feed(std::string_view piece) {
    if (found_ || wanted_.empty()) return;
    tail_ += piece;
    found_ = tail_.find(wanted_) != std::string::npos;
    tail_.erase(0, tail_.size() - std::min(tail_.size(), wanted_.size() - 1));
  }
  bool found() const { return found_; }
  /// Discards the kept bytes.
  void restart() {
    tail_.clear();
    found_ = false;
  }

 private:
  std::string wanted_;
  std::string tail_;
  bool found_ = false;
};

}  // namespace telltale::websocket
