// What a connection needs of its transport, so that TCP, Unix sockets and TLS share one session.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace telltale {

enum class io_state : std::uint8_t {
  done,
  want_read,   ///< nothing happened: try again once the socket can be read
  want_write,  ///< the same for writing; TLS may want either for anything
  ended,       ///< the peer will send no more
  failed,
};

struct io_step {
  io_state state = io_state::failed;
  std::size_t bytes = 0;  ///< above zero means `done`
  bool all = false;       ///< of a read: nothing more had arrived, although its end may have
};

/// Over a socket that does not block, which belongs to somebody else. Nothing here waits, throws or raises SIGPIPE.
class transport {
 public:
  using pieces = std::array<std::string_view, 2>;

  virtual ~transport() = default;

  /// Makes it ready for reading: the TLS handshake, or nothing.
  virtual io_step open() = 0;
  /// At least one byte when `done`.
  virtual io_step read(std::span<char>) = 0;
  /// Some of it, in the order of the pieces. What was not taken must be offered again, unchanged.
  virtual io_step write(const pieces&) = 0;
  /// Says that nothing more will be sent: TLS's close_notify, or nothing.
  virtual io_step farewell() = 0;
};

std::unique_ptr<transport> make_plain_transport(int socket);

/// recv(2) and sendmsg(2) as steps, for whatever is on top of them.
io_step receive_some(int socket, std::span<char>);
io_step send_some(int socket, const transport::pieces&);

}  // namespace telltale
