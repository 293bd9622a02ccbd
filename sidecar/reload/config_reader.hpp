// Reads the configuration file again while the program serves.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include <boost/asio/io_context.hpp>

#include "config/config_file.hpp"

namespace telltale {

/// Reads files in a child process: the file may be on a mount that hangs, and the loop must not hang with it. One read
/// at a time. Lives on the loop's thread; destroying it kills the child and calls nothing.
class config_reader {
 public:
  using read_done = std::function<void(config_file)>;

  virtual ~config_reader() = default;

  /// `done` is called exactly once, from the loop: with the text, or an error - also when the file has not been read
  /// after `limit`, or a child that was given up before still hangs in the kernel. Not to be called before the answer
  /// to the call before.
  virtual void read(std::string path, read_done done) = 0;
};

inline constexpr std::chrono::milliseconds config_read_limit{5'000};

/// The program must have one thread: the child goes on from a fork. It calls `also` with what it has read, within the
/// same limit: files that the configuration names may be on a mount that hangs as well, and whoever reads them later on
/// the loop should not be the first. What `also` finds is not told.
std::unique_ptr<config_reader> make_config_reader(boost::asio::io_context&,
                                                  std::chrono::milliseconds limit = config_read_limit,
                                                  std::function<void(const config_file&)> also = {});

}  // namespace telltale
