// A query to one name server on the event loop: its sockets, its timer and its end.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include "dns/name_server.hpp"
#include "dns/query.hpp"

namespace telltale::dns {

/// Owned by its pending operations too. They end with `stop`, after which `ended` is not called.
class exchange final : public transport, public std::enable_shared_from_this<exchange> {
 public:
  exchange(const boost::asio::any_io_executor&, const question&, const name_server&, std::chrono::milliseconds budget);
  ~exchange() override;

  /// `ended` is called once; it may be called before `start` returns. It must not call `stop`.
  void start(std::function<void()> ended);
  /// Closes the sockets. Returns what came back until now.
  reply stop();

 private:
  struct socket {
    explicit socket(const boost::asio::any_io_executor& executor) : descriptor(executor) {}
    boost::asio::posix::stream_descriptor descriptor;
    bool wanted[2] = {};   ///< by c-ares: to read, to write
    bool pending[2] = {};  ///< waits that have not ended
  };
  using socket_ptr = std::shared_ptr<socket>;
  enum direction : std::uint8_t { reading, writing };

  int open(int type) override;
  int connect(int fd) override;
  ssize_t send(int fd, std::span<const iovec> bytes) override;
  ssize_t receive(int fd, std::span<char> into) override;
  void close(int fd) override;
  void watch(int fd, bool readable, bool writable) override;

  void wait(const socket_ptr&, direction);
  void ready(const socket_ptr&, direction);
  void wait_for_tick();
  void report_end();

  boost::asio::any_io_executor executor_;
  boost::asio::ip::address address_;
  std::uint16_t port_;
  boost::asio::steady_timer timer_;
  std::map<int, socket_ptr> sockets_;
  std::function<void()> ended_;
  std::optional<query> query_;
};

}  // namespace telltale::dns
