// One worker process as the program holds it: its pid, its pidfd, and what it shares with it.
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

#include "worker/exit_status.hpp"
#include "worker/shared_ledger.hpp"
#include "worker/watch.hpp"

namespace telltale {

/// Never blocks. Lives on the loop's thread. Destroying it closes the socket, which ends a worker that is idle, and
/// collects the process if it is dead already; it does not kill.
class worker_process {
 public:
  using handler = std::function<void()>;

  /// Null and an error when the process cannot be made (EAGAIN, EMFILE, ENOMEM, ENOENT, ...).
  static std::unique_ptr<worker_process> start(boost::asio::io_context&, const std::string& program, std::error_code&);
  ~worker_process();
  worker_process(const worker_process&) = delete;
  worker_process& operator=(const worker_process&) = delete;

  /// Sends, or keeps until the socket takes it. False when the worker is gone.
  bool send(std::string packet);
  /// Sends what was kept; after `when_writable`.
  bool flush();
  bool has_unsent() const { return !unsent_.empty(); }

  enum class received { packet, nothing, closed, oversized };
  struct reception {
    received what;
    std::string_view packet;  ///< points into the buffer
  };
  reception receive(std::span<char> buffer);

  /// One-shot waits. The handlers must guard themselves against being called after this object's end.
  void when_readable(handler);
  void when_writable(handler);
  void when_dead(handler);

  /// SIGKILL. Harmless when the process is dead already.
  void kill();
  void close_socket();
  /// The exit status when the process has ended; nothing while it lives. Gives the same answer again.
  std::optional<exit_status> collect();
  pid_t pid() const { return pid_; }
  telltale::ledger& ledger() { return *ledger_; }
  telltale::watch& watch() { return *watch_; }

 private:
  using socket_type = boost::asio::generic::seq_packet_protocol::socket;
  worker_process(pid_t, boost::asio::posix::stream_descriptor pidfd, socket_type, std::unique_ptr<telltale::watch>,
                 mapped_ledger);

  pid_t pid_;
  boost::asio::posix::stream_descriptor pidfd_;
  socket_type socket_;
  std::unique_ptr<telltale::watch> watch_;
  mapped_ledger ledger_;
  std::deque<std::string> unsent_;
  std::optional<exit_status> status_;
};

}  // namespace telltale
