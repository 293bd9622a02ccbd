// Interface of a transport, so that TCP, Unix sockets and TLS share one session implementation.
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
  want_read,   ///< nothing happened; retry when the socket is readable
  want_write,  ///< nothing happened; retry when it is writable; TLS may need either for any operation
  ended,       ///< the peer has closed its sending side
  failed,
};

struct io_step {
  io_state state = io_state::failed;
  std::size_t bytes = 0;  ///< above zero only with `done`
};

/// Uses a non-blocking socket owned by the caller. Nothing here waits, throws or raises SIGPIPE.
class transport {
 public:
  using pieces = std::array<std::string_view, 2>;

  virtual ~transport() = default;

  /// Prepares for reading: the TLS handshake, or nothing.
  virtual io_step open() = 0;
  /// Reads at least one byte when `done`.
  virtual io_step read(std::span<char>) = 0;
  /// Writes a prefix of the pieces. The rest must be passed again, unchanged.
  virtual io_step write(const pieces&) = 0;
  /// Announces the end of sending: TLS's close_notify, or nothing.
  virtual io_step shut_down() = 0;
};

std::unique_ptr<transport> make_plain_transport(int socket);

io_step receive_some(int socket, std::span<char>);
io_step send_some(int socket, const transport::pieces&);

}  // namespace telltale
