// Creates, signals and collects one child process.
#include "worker/worker_process.hpp"

#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <utility>

#include "base/descriptor.hpp"
#include "worker/children.hpp"
#include "worker/messages.hpp"
#include "worker/spawn.hpp"

namespace telltale {
namespace asio = boost::asio;
namespace {

std::error_code last_error() { return {errno, std::generic_category()}; }

}  // namespace

std::unique_ptr<worker_process> worker_process::start(asio::io_context& context, const std::string& program,
                                                      std::error_code& ec) {
  std::array<int, 2> pair{};
  // SOCK_SEQPACKET preserves message boundaries, so no message arrives in part.
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair.data()) != 0) return ec = last_error(), nullptr;
  descriptor ours(pair[0]);
  const descriptor theirs(pair[1]);
  const int buffer = 4 * static_cast<int>(wire::max_message);
  for (const int fd : pair) ::setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &buffer, sizeof buffer);

  // Registered before the child exists: epoll_ctl may fail with ENOMEM or ENOSPC.
  boost::system::error_code failed;
  socket_type socket(context);
  socket.assign(asio::generic::seq_packet_protocol(AF_UNIX, 0), ours.get(), failed);
  if (failed) return ec = failed, nullptr;
  static_cast<void>(ours.release());

  auto deadline_timer = deadline_timer::make(context, ec);
  if (ec) return nullptr;
  auto result_buffer = make_shared_result_buffer(ec);
  if (ec) return nullptr;
  const descriptor memory(result_buffer.descriptor);

  auto child = spawn_worker(program, {theirs.get(), deadline_timer->descriptor(), memory.get()}, ec);
  if (ec) return nullptr;
  asio::posix::stream_descriptor pidfd(context);
  pidfd.assign(child.pidfd.get(), failed);
  if (failed) {
    // Without a pidfd in the loop the child cannot be supervised. The reaper or the parent's exit collects it.
    kill_child(child.pidfd.get());
    return ec = failed, nullptr;
  }
  static_cast<void>(child.pidfd.release());
  return std::unique_ptr<worker_process>(new worker_process(child.pid, std::move(pidfd), std::move(socket),
                                                            std::move(deadline_timer), std::move(result_buffer.here)));
}

worker_process::worker_process(pid_t pid, asio::posix::stream_descriptor pidfd, socket_type socket,
                               std::unique_ptr<telltale::deadline_timer> deadline_timer,
                               mapped_result_buffer result_buffer)
    : pid_(pid),
      pidfd_(std::move(pidfd)),
      socket_(std::move(socket)),
      deadline_timer_(std::move(deadline_timer)),
      result_buffer_(std::move(result_buffer)) {
  register_child(pid_);
}

worker_process::~worker_process() {
  collect();
  unregister_child(pid_);
}

bool worker_process::send(std::string packet) {
  unsent_.push_back(std::move(packet));
  return flush();
}

bool worker_process::flush() {
  while (!unsent_.empty()) {
    const auto& packet = unsent_.front();
    if (::send(socket_.native_handle(), packet.data(), packet.size(), MSG_DONTWAIT | MSG_NOSIGNAL) < 0) {
      if (errno == EINTR) continue;
      return errno == EAGAIN || errno == EWOULDBLOCK;
    }
    unsent_.pop_front();
  }
  return true;
}

worker_process::reception worker_process::receive(std::span<char> buffer) {
  for (;;) {
    // MSG_TRUNC returns the real size of the packet, even when the buffer is too small.
    const auto n = ::recv(socket_.native_handle(), buffer.data(), buffer.size(), MSG_DONTWAIT | MSG_TRUNC);
    if (n > 0 && static_cast<std::size_t>(n) > buffer.size()) return {received::oversized, {}};
    if (n > 0) return {received::packet, {buffer.data(), static_cast<std::size_t>(n)}};
    if (n == 0) return {received::closed, {}};
    if (errno == EINTR) continue;
    const bool later = errno == EAGAIN || errno == EWOULDBLOCK;
    return {later ? received::nothing : received::closed, {}};
  }
}

void worker_process::when_readable(handler h) {
  socket_.async_wait(socket_type::wait_read, [h = std::move(h)](boost::system::error_code ec) {
    if (!ec) h();
  });
}

void worker_process::when_writable(handler h) {
  socket_.async_wait(socket_type::wait_write, [h = std::move(h)](boost::system::error_code ec) {
    if (!ec) h();
  });
}

void worker_process::when_dead(handler h) {
  pidfd_.async_wait(asio::posix::stream_descriptor::wait_read, [h = std::move(h)](boost::system::error_code ec) {
    if (!ec) h();
  });
}

void worker_process::kill() { kill_child(pidfd_.native_handle()); }

void worker_process::close_socket() {
  boost::system::error_code ignored;
  socket_.close(ignored);
  deadline_timer_->close();
  unsent_.clear();
}

std::optional<exit_status> worker_process::collect() {
  if (!status_) status_ = collect_child(pid_);
  return status_;
}

}  // namespace telltale
