// Implements a query on the event loop: c-ares is called when a socket is ready or an attempt is over.
#include "dns/exchange.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include <boost/asio/ip/udp.hpp>

namespace telltale::dns {

namespace asio = boost::asio;

exchange::exchange(const asio::any_io_executor& executor, const question& what, const name_server& server,
                   std::chrono::milliseconds budget)
    : executor_(executor), address_(asio::ip::make_address(server.address)), port_(server.port), timer_(executor) {
  query_.emplace(what, *this, budget);
}

exchange::~exchange() { stop(); }

void exchange::start(std::function<void()> ended) {
  ended_ = std::move(ended);
  query_->start();
  wait_for_tick();
  report_end();
}

reply exchange::stop() {
  ended_ = nullptr;
  timer_.cancel();
  if (!query_) return {};
  auto out = query_->result();
  query_.reset();  // closes the sockets
  return out;
}

int exchange::open(int type) {
  const int family = address_.is_v6() ? AF_INET6 : AF_INET;
  const int fd = ::socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return fd;
  const auto made = std::make_shared<socket>(executor_);
  boost::system::error_code error;
  made->descriptor.assign(fd, error);
  if (error) return ::close(fd), errno = error.value(), -1;
  sockets_.emplace(fd, made);
  return fd;
}

int exchange::connect(int fd) {
  const asio::ip::udp::endpoint server(address_, port_);  // the same bytes as TCP's
  return ::connect(fd, server.data(), static_cast<socklen_t>(server.size()));
}

ssize_t exchange::send(int fd, std::span<const iovec> bytes) {
  msghdr message{};
  message.msg_iov = const_cast<iovec*>(bytes.data());
  message.msg_iovlen = bytes.size();
  return ::sendmsg(fd, &message, MSG_NOSIGNAL);
}

ssize_t exchange::receive(int fd, std::span<char> into) { return ::recv(fd, into.data(), into.size(), 0); }

void exchange::close(int fd) {
  const auto found = sockets_.find(fd);
  if (found == sockets_.end()) return;
  found->second->descriptor.close();
  sockets_.erase(found);
}

void exchange::watch(int fd, bool readable, bool writable) {
  const auto found = sockets_.find(fd);
  if (found == sockets_.end()) return;
  const auto socket = found->second;
  socket->wanted[reading] = readable;
  socket->wanted[writing] = writable;
  wait(socket, reading);
  wait(socket, writing);
}

void exchange::wait(const socket_ptr& socket, direction which) {
  if (!socket->wanted[which] || std::exchange(socket->pending[which], true)) return;
  const auto kind =
      which == reading ? asio::posix::descriptor_base::wait_read : asio::posix::descriptor_base::wait_write;
  socket->descriptor.async_wait(kind,
                                [self = shared_from_this(), socket, which](const boost::system::error_code& error) {
                                  socket->pending[which] = false;
                                  if (!error && socket->descriptor.is_open()) self->ready(socket, which);
                                });
}

void exchange::ready(const socket_ptr& socket, direction which) {
  const int fd = socket->descriptor.native_handle();
  if (which == reading) query_->readable(fd);
  else query_->writable(fd);
  if (socket->descriptor.is_open()) wait(socket, which);
  report_end();
}

/// An attempt ends later than its timer when c-ares began another one. The timer is then started again.
void exchange::wait_for_tick() {
  const auto left = query_->next_tick();
  if (!left) return;
  timer_.expires_after(*left);
  timer_.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
    if (error || !self->query_) return;
    self->query_->tick();
    self->wait_for_tick();
    self->report_end();
  });
}

void exchange::report_end() {
  if (!query_->ended() || !ended_) return;
  timer_.cancel();
  std::exchange(ended_, nullptr)();
}

}  // namespace telltale::dns
