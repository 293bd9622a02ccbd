// Reads the lines of a conversation in clear text, before TLS begins.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <boost/asio/awaitable.hpp>

#include <telltale/finding.hpp>

#include "net/explain.hpp"
#include "net/run.hpp"
#include "net/stream.hpp"

namespace telltale::net {

/// The arguments must outlive it.
class clear_text {
 public:
  clear_text(run& now, stream& line) : now_(now), line_(line) {}

  /// Reads a line, without its line break. `words` describe what is waited for.
  boost::asio::awaitable<finding> read_line(const phase_words& words, std::string& into);
  /// Reads one byte.
  boost::asio::awaitable<finding> read_byte(const phase_words& words, char& into);
  boost::asio::awaitable<finding> send(std::string_view bytes, const phase_words& words);

  /// What was received and not read yet.
  const std::string& unread() const { return received_; }

 private:
  boost::asio::awaitable<finding> receive(const phase_words& words);

  run& now_;
  stream& line_;
  std::string received_;
  std::size_t total_ = 0;
};

}  // namespace telltale::net
