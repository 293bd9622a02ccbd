// Searches what a server sends for the text or pattern of a tcp check, while it arrives. No I/O.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "tcp/options.hpp"

namespace telltale {

class awaited_text {
 public:
  static constexpr std::size_t longest = 64 * 1024;

  /// The options must outlive it.
  explicit awaited_text(const tcp_options& options) : options_(options) {}

  /// Adds a piece; returns whether the text has been found. A pattern is not searched for after every piece when there
  /// are very many of them, so that a server cannot make the search expensive by sending single bytes.
  bool add(std::string_view piece);
  /// Whether it is in what has arrived; for the end of the text.
  bool found() const;
  bool full() const { return heard_.size() >= longest; }
  const std::string& heard() const { return heard_; }

  /// "the server sent 'SSH-2.0', expected ~ ^220", for text that was not found.
  std::string unmet(const std::string& shown) const;

 private:
  const tcp_options& options_;
  std::string heard_;
  std::size_t searched_ = 0;  ///< bytes, of all searches
};

}  // namespace telltale
