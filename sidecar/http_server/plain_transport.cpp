// TCP and Unix sockets as a transport.
#include <sys/socket.h>
#include <sys/uio.h>

#include <cerrno>

#include "http_server/transport.hpp"

namespace telltale {
namespace {

io_step judged(ssize_t result, io_state nothing_yet) {
  if (result > 0) return {io_state::done, static_cast<std::size_t>(result)};
  if (result == 0) return {io_state::ended};
  return {errno == EAGAIN || errno == EWOULDBLOCK ? nothing_yet : io_state::failed};
}

class plain_transport final : public transport {
 public:
  explicit plain_transport(int socket) : socket_(socket) {}

  io_step open() override { return {io_state::done}; }
  io_step read(std::span<char> into) override { return receive_some(socket_, into); }
  io_step write(const pieces& from) override { return send_some(socket_, from); }
  io_step farewell() override { return {io_state::done}; }
  bool has_buffered() const override { return false; }

 private:
  int socket_;
};

}  // namespace

io_step receive_some(int socket, std::span<char> into) {
  ssize_t got = 0;
  do got = ::recv(socket, into.data(), into.size(), MSG_DONTWAIT);
  while (got < 0 && errno == EINTR);
  return judged(got, io_state::want_read);
}

io_step send_some(int socket, const transport::pieces& from) {
  std::array<iovec, 2> parts{};
  std::size_t count = 0;
  for (const auto piece : from)
    if (!piece.empty()) parts[count++] = {const_cast<char*>(piece.data()), piece.size()};
  if (count == 0) return {io_state::done};
  msghdr message{};
  message.msg_iov = parts.data();
  message.msg_iovlen = count;
  ssize_t sent = 0;
  do sent = ::sendmsg(socket, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
  while (sent < 0 && errno == EINTR);
  return judged(sent, io_state::want_write);
}

std::unique_ptr<transport> make_plain_transport(int socket) { return std::make_unique<plain_transport>(socket); }

}  // namespace telltale
