// Tells connections when their sockets may be ready: one set of the kernel's for all of them.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

namespace telltale {

/// Asio's own wait on a socket costs a system call each time (decision 016). Here a socket is registered once, and the
/// loop waits for the set as a whole. News comes once (edge-triggered): whoever is told has to read, or write, until
/// the kernel says that there is no more, or remember that it did not.
///
/// Keeps the loop running while anybody is registered, and no longer. Lives on the loop's thread.
class readiness : public std::enable_shared_from_this<readiness> {
 public:
  class waiter {
   public:
    /// Something may be read or written. `ended`: the peer will send no more, or the connection is broken; what it sent
    /// before can be read still.
    virtual void ready(bool ended) noexcept = 0;

   protected:
    ~waiter() = default;
  };

  /// Ends when destroyed: before the socket is closed, which has to follow, because the kernel forgets it only then.
  class registration {
   public:
    registration(readiness& set, std::uint64_t key) : set_(&set), key_(key) {}
    registration(registration&&) noexcept;
    registration& operator=(registration&&) = delete;
    ~registration();

    /// News of room for writing as well, from now on; at once when there is room. Throws std::system_error.
    void write_too();

   private:
    readiness* set_;
    std::uint64_t key_;
    bool writes_ = false;
  };

  /// Throws std::system_error without a descriptor for the set.
  explicit readiness(boost::asio::io_context&);

  /// News of bytes to read and of the end, at once when there are any. Keeps `who` until the registration ends, and
  /// tells it nothing afterwards. Throws std::system_error, e.g. without memory.
  registration add(int socket, std::shared_ptr<waiter> who);

 private:
  struct place {
    std::shared_ptr<waiter> who;
    int socket = -1;
    std::uint32_t turn = 0;  ///< how many had it before: news for one of them may still be under way
  };

  void control(int operation, std::uint64_t key, std::uint32_t events);
  void forget(std::uint64_t key);
  place* find(std::uint64_t key);
  void wait();
  void tell(std::uint32_t round);

  boost::asio::posix::stream_descriptor set_;
  std::vector<place> places_;
  std::vector<std::uint32_t> vacant_;
  std::uint32_t round_ = 0;  ///< of waiting; what was under way when nobody was left belongs to an earlier one
  bool waiting_ = false;
};

}  // namespace telltale
