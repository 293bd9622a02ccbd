// Implements the transport for TCP and Unix sockets.
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

ssize_t send_both(int socket, const transport::pieces& from) {
  std::array<iovec, 2> parts{};
  for (std::size_t i = 0; i < parts.size(); ++i)
    parts[i] = {const_cast<char*>(from[i].data()), from[i].size()};  // sendmsg(2) does not write to it
  msghdr message{};
  message.msg_iov = parts.data();
  message.msg_iovlen = parts.size();
  return ::sendmsg(socket, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
}

class plain_transport final : public transport {
 public:
  explicit plain_transport(int socket) : socket_(socket) {}

  io_step open() override { return {io_state::done}; }
  io_step read(std::span<char> into) override { return receive_some(socket_, into); }
  io_step write(const pieces& from) override { return send_some(socket_, from); }
  io_step shut_down() override { return {io_state::done}; }

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
  const bool both = !from[0].empty() && !from[1].empty();
  const auto alone = from[0].empty() ? from[1] : from[0];
  if (alone.empty()) return {io_state::done};
  ssize_t sent = 0;
  do sent = both ? send_both(socket, from) : ::send(socket, alone.data(), alone.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  while (sent < 0 && errno == EINTR);
  return judged(sent, io_state::want_write);
}

std::unique_ptr<transport> make_plain_transport(int socket) { return std::make_unique<plain_transport>(socket); }

}  // namespace telltale
