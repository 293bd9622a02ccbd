// Holds one worker process: its pid, its pidfd, its socket and the shared memory.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>

#include <sys/types.h>

#include <boost/asio/generic/seq_packet_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include "worker/deadline_timer.hpp"
#include "worker/exit_status.hpp"
#include "worker/shared_result_buffer.hpp"

namespace telltale {

/// Never blocks. Used on the loop's thread. The destructor closes the socket, which ends an idle worker, and collects
/// the process if it has ended. It does not kill.
class worker_process {
 public:
  using handler = std::function<void()>;

  /// Returns null and an error when the process cannot be created (EAGAIN, EMFILE, ENOMEM, ENOENT, ...).
  static std::unique_ptr<worker_process> start(boost::asio::io_context&, const std::string& program, std::error_code&);
  ~worker_process();
  worker_process(const worker_process&) = delete;
  worker_process& operator=(const worker_process&) = delete;

  /// Sends the packet, or queues it until the socket is writable. False when the worker has exited.
  bool send(std::string packet);
  /// Sends the queued packets; call it after `when_writable`.
  bool flush();
  bool has_unsent() const { return !unsent_.empty(); }

  enum class received { packet, nothing, closed, oversized };
  struct reception {
    received what;
    std::string_view packet;  ///< points into the buffer
  };
  reception receive(std::span<char> buffer);

  /// One-shot waits. The handlers must check that this object still exists.
  void when_readable(handler);
  void when_writable(handler);
  void when_dead(handler);

  /// Sends SIGKILL. Has no effect when the process has ended.
  void kill();
  void close_socket();
  /// The exit status once the process has ended; repeated calls return the same status.
  std::optional<exit_status> collect();
  pid_t pid() const { return pid_; }
  telltale::result_buffer& result_buffer() { return *result_buffer_; }
  telltale::deadline_timer& deadline_timer() { return *deadline_timer_; }

 private:
  using socket_type = boost::asio::generic::seq_packet_protocol::socket;
  worker_process(pid_t, boost::asio::posix::stream_descriptor pidfd, socket_type,
                 std::unique_ptr<telltale::deadline_timer>, mapped_result_buffer);

  pid_t pid_;
  boost::asio::posix::stream_descriptor pidfd_;
  socket_type socket_;
  std::unique_ptr<telltale::deadline_timer> deadline_timer_;
  mapped_result_buffer result_buffer_;
  std::deque<std::string> unsent_;
  std::optional<exit_status> status_;
};

}  // namespace telltale
