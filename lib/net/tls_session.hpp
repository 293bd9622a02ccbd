// The client side of a TLS session without I/O: takes bytes from the peer, returns bytes for the peer.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "net/tls_client.hpp"

struct ssl_st;

namespace telltale::net {

/// After every call `take_output` may have bytes for the peer, an alert included. A failure is final.
class tls_session {
 public:
  enum class state { done, want_input, ended, failed };

  /// Throws std::bad_alloc.
  explicit tls_session(const tls_client&);

  void feed(std::string_view from_peer);
  std::string take_output();

  state handshake();
  /// Decrypts the input; `count` bytes on `done`. `ended`: the peer has sent close_notify.
  state read(std::span<char> into, std::size_t& count);
  /// What `read` would return, without taking the bytes.
  state peek();
  state write(std::string_view bytes);
  /// Sends close_notify; reading goes on.
  void shutdown();

  /// OpenSSL's code for the failure, and its sentence.
  unsigned long error() const { return error_; }
  std::string explain() const;
  /// Until the server's certificate expires; negative: since. Nothing before the handshake is done.
  std::optional<std::chrono::seconds> certificate_left() const;

 private:
  state judge(int result);

  struct free_session {
    void operator()(ssl_st*) const;
  };
  std::unique_ptr<ssl_st, free_session> session_;
  std::string name_;
  std::string first_bytes_;  ///< of the peer: they show which protocol it speaks if not TLS
  unsigned long error_ = 0;
};

}  // namespace telltale::net
