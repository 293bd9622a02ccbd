// Reads the configuration file again while the program serves.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include <boost/asio/io_context.hpp>

#include "config/config_file.hpp"

namespace telltale {

/// Reads files in a child process, because a file on a hung mount must not block the loop. One read at a time. Used on
/// the loop's thread; the destructor kills the child and calls no callback.
class config_reader {
 public:
  using read_done = std::function<void(config_file)>;

  virtual ~config_reader() = default;

  /// Calls `done` exactly once from the loop, with the text or an error. Errors include a read longer than `limit` and
  /// an abandoned child that still hangs in the kernel. Do not call it again before `done`.
  virtual void read(std::string path, read_done done) = 0;
};

inline constexpr std::chrono::milliseconds config_read_limit{5'000};

/// The program must have one thread, because the child continues after a fork. The child calls `also` with the text
/// within the same limit: files named in the configuration may hang as well, and are later read on the loop. Results of
/// `also` are discarded.
std::unique_ptr<config_reader> make_config_reader(boost::asio::io_context&,
                                                  std::chrono::milliseconds limit = config_read_limit,
                                                  std::function<void(const config_file&)> also = {});

}  // namespace telltale
