// Finds the end of one HTTP/1.1 answer in the bytes of a connection; pure, so that the client is only sockets.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace load {

/// One answer after another. Knows Content-Length, chunked and bodies that end with the connection.
class answer {
 public:
  enum class progress { more, complete, broken };

  /// Adds received bytes. Bytes after a complete response are an error: no request is sent before it is complete.
  progress take(std::string_view bytes);
  /// The peer has closed, which ends only a body without a length.
  progress closed();

  int status() const { return status_; }
  std::size_t body_bytes() const { return body_bytes_; }
  bool closes() const { return closes_; }
  void clear();

 private:
  bool read_head(std::string_view head);
  progress take_body();

  enum class ending { length, chunked, close };

  std::string received_;
  std::size_t body_at_ = 0;  ///< 0: the head is incomplete
  std::size_t body_bytes_ = 0;
  int status_ = 0;
  bool closes_ = false;
  ending ending_ = ending::close;
};

}  // namespace load
