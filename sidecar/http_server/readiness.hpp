// Reports socket readiness to connections with one edge-triggered epoll set.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

namespace telltale {

/// Asio's wait on a socket costs a system call each time (decision 016). Here a socket is registered once, and the loop
/// waits for the whole set. Events are edge-triggered: the receiver must read or write until the kernel has no more, or
/// remember that it did not.
///
/// Keeps the loop running only while sockets are registered. Used on the loop's thread.
class readiness : public std::enable_shared_from_this<readiness> {
 public:
  class waiter {
   public:
    /// The socket may be readable or writable. `ended`: the peer has closed or the connection is broken; earlier bytes
    /// are still readable.
    virtual void ready(bool ended) noexcept = 0;

   protected:
    ~waiter() = default;
  };

  /// Ends on destruction. The socket must be closed afterwards, which removes it from the kernel's set.
  class registration {
   public:
    registration(readiness& set, std::uint64_t key) : set_(&set), key_(key) {}
    registration(registration&&) noexcept;
    registration& operator=(registration&&) = delete;
    ~registration();

    /// Reports writability as well from now on, and at once when writable. Throws std::system_error.
    void write_too();

   private:
    readiness* set_;
    std::uint64_t key_;
    bool writes_ = false;
  };

  /// Throws std::system_error when no epoll descriptor is available.
  explicit readiness(boost::asio::io_context&);

  /// Reports readability and the end of the connection, at once when present. Keeps `who` until the registration ends
  /// and does not call it afterwards. Throws std::system_error, e.g. without memory.
  registration add(int socket, std::shared_ptr<waiter> who);

 private:
  struct place {
    std::shared_ptr<waiter> who;
    int socket = -1;
    std::uint32_t turn = 0;  ///< incremented with each reuse; pending events of an earlier use are ignored
  };

  void control(int operation, std::uint64_t key, std::uint32_t events);
  void forget(std::uint64_t key);
  place* find(std::uint64_t key);
  void wait();
  void tell(std::uint32_t round);

  boost::asio::posix::stream_descriptor set_;
  std::vector<place> places_;
  std::vector<std::uint32_t> vacant_;
  std::uint32_t round_ = 0;  ///< incremented when the set becomes empty; pending waits of an earlier round are ignored
  bool waiting_ = false;
};

}  // namespace telltale
