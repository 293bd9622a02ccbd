// Implements a worker process with two socket pairs and a pidfd.
//
// Jobs and answers use the first pair. The program keeps both of its ends: it takes jobs back by receiving them from
// the worker's end. The loop does not watch this pair. On the second pair the worker sends a byte when it has no
// further job, which wakes the loop once for any number of answers.
#include "worker/worker_process.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

#include <boost/asio/generic/seq_packet_protocol.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include "base/child_process.hpp"
#include "base/children.hpp"
#include "worker/messages.hpp"
#include "worker/worker_main.hpp"

namespace telltale {
namespace {

namespace asio = boost::asio;
using seq_packet = asio::generic::seq_packet_protocol;

static_assert(worker_jobs == first_given && worker_notifications == first_given + 1);

std::error_code last_error() { return {errno, std::generic_category()}; }

struct socket_pair {
  descriptor ours;
  descriptor theirs;
};

// SOCK_SEQPACKET preserves message boundaries, so no message arrives in part.
socket_pair make_pair(std::error_code& ec) {
  std::array<int, 2> pair{-1, -1};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair.data()) != 0) ec = last_error();
  return {descriptor(pair[0]), descriptor(pair[1])};
}

child_process spawn(const std::string& program, int jobs, int notifications, std::error_code& ec) {
  char name[] = "telltale";
  char command[] = "worker";
  char* const argv[] = {name, command, nullptr};
  const std::array<int, 2> descriptors{jobs, notifications};
  const auto become_worker = [&] {
    ::execve(program.c_str(), argv, ::environ);
    return child_failed + errno;
  };
  return start_child(descriptors, become_worker, ec);
}

class child_worker final : public worker_process {
 public:
  child_worker(asio::io_context& context, std::function<void(pid_t)> kill, std::function<void()> on_event)
      : kill_(std::move(kill)), on_event_(std::move(on_event)), notifications_(context), pidfd_(context) {}
  ~child_worker() override {
    if (pid_ <= 0) return;
    collect();
    unregister_child(pid_);
  }

  std::error_code start(const std::string& program) {
    std::error_code ec;
    jobs_ = make_pair(ec);
    auto notified = ec ? socket_pair{} : make_pair(ec);
    if (ec) return ec;
    const int buffer = 4 * static_cast<int>(wire::max_part);
    for (const auto* end : {&jobs_.ours, &jobs_.theirs})
      ::setsockopt(end->get(), SOL_SOCKET, SO_SNDBUF, &buffer, sizeof buffer);
    // Registered before the child exists: epoll_ctl may fail with ENOMEM or ENOSPC.
    boost::system::error_code failed;
    notifications_.assign(seq_packet(AF_UNIX, 0), notified.ours.get(), failed);
    if (failed) return failed;
    static_cast<void>(notified.ours.release());

    auto child = spawn(program, jobs_.theirs.get(), notified.theirs.get(), ec);
    if (ec) return ec;
    pidfd_.assign(child.pidfd.get(), failed);
    if (failed) {
      // Without a pidfd in the loop the child cannot be supervised. The reaper or the parent's exit collects it.
      kill_child(child.pidfd.get());
      return failed;
    }
    static_cast<void>(child.pidfd.release());
    pid_ = child.pid;
    register_child(pid_);
    wait_for_notification();
    wait_for_exit();
    return {};
  }

  sent send(std::uint64_t number, std::string_view payload) override {
    const auto packet = wire::encode(wire::job_packet{number, payload});
    ssize_t n = 0;
    do n = ::send(jobs_.ours.get(), packet.data(), packet.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    while (n < 0 && errno == EINTR);
    if (n < 0) return errno == EAGAIN || errno == EWOULDBLOCK ? sent::full : sent::gone;
    ++notifications_allowed_;
    return sent::yes;
  }

  std::vector<std::uint64_t> take_back() override {
    std::vector<std::uint64_t> out;
    for (auto found = receive(jobs_.theirs.get()); found.what == received::packet; found = receive(jobs_.theirs.get()))
      if (const auto job = wire::decode_job(found.packet)) out.push_back(job->number);
    return out;
  }

  reception receive() override {
    const auto found = receive(jobs_.ours.get());
    return found.what == received::nothing ? reception{end_, {}} : found;
  }

  void retire() override { ::shutdown(jobs_.ours.get(), SHUT_WR); }
  void kill() override { kill_ ? kill_(pid_) : kill_child(pidfd_.native_handle()); }
  void disconnect() override {
    boost::system::error_code ignored;
    notifications_.close(ignored);
    jobs_ = {};
  }
  std::optional<exit_status> collect() override {
    if (!status_) status_ = collect_child(pid_);
    return status_;
  }

 private:
  // Two packets of the worker's choice at its start, and one for each job.
  static constexpr std::size_t first_notifications = 2;

  reception receive(int socket) {
    static std::array<char, wire::max_packet> buffer;
    for (;;) {
      // MSG_TRUNC returns the real size of the packet, even when the buffer is too small.
      const auto n = ::recv(socket, buffer.data(), buffer.size(), MSG_DONTWAIT | MSG_TRUNC);
      if (n > 0 && static_cast<std::size_t>(n) > buffer.size()) return {received::invalid, {}};
      if (n > 0) return {received::packet, {buffer.data(), static_cast<std::size_t>(n)}};
      if (n == 0) return {received::closed, {}};
      if (errno == EINTR) continue;
      return {errno == EAGAIN || errno == EWOULDBLOCK ? received::nothing : received::closed, {}};
    }
  }

  // A handler may be called after this object was destroyed, and `on_event_` may destroy it.
  template <class Handler>
  auto if_alive(Handler handle) {
    return [alive = std::weak_ptr(alive_), handle, this](boost::system::error_code ec) {
      if (ec || alive.expired()) return;
      handle();
      const auto tell = on_event_;
      tell();
    };
  }

  // Reads at most as many as are allowed. A worker that sends more keeps the loop busy.
  void read_notifications() {
    for (;;) {
      const auto found = receive(notifications_.native_handle());
      if (found.what == received::nothing) return;
      if (found.what == received::packet && notifications_allowed_-- > 0) continue;
      end_ = found.what == received::closed ? received::closed : received::invalid;
      return;
    }
  }

  void wait_for_notification() {
    notifications_.async_wait(seq_packet::socket::wait_read, if_alive([this] {
                                read_notifications();
                                if (end_ == received::nothing) wait_for_notification();
                              }));
  }
  void wait_for_exit() {
    pidfd_.async_wait(asio::posix::stream_descriptor::wait_read, if_alive([this] {
                        if (!collect()) wait_for_exit();
                      }));
  }

  std::function<void(pid_t)> kill_;
  std::function<void()> on_event_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  pid_t pid_ = 0;
  socket_pair jobs_;
  seq_packet::socket notifications_;
  asio::posix::stream_descriptor pidfd_;
  std::size_t notifications_allowed_ = first_notifications;
  received end_ = received::nothing;  ///< what follows the answers that can be received
  std::optional<exit_status> status_;
};

}  // namespace

std::unique_ptr<worker_process> start_worker(asio::io_context& context, const std::string& program,
                                             std::function<void(pid_t)> kill, std::function<void()> on_event,
                                             std::error_code& ec) {
  auto out = std::make_unique<child_worker>(context, std::move(kill), std::move(on_event));
  ec = out->start(program);
  return ec ? nullptr : std::move(out);
}

}  // namespace telltale
