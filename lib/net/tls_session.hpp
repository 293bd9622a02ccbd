// The client side of a TLS session without I/O: takes bytes from the peer, returns bytes for the peer.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "net/tls_client.hpp"
#include "net/tls_facts.hpp"

struct ssl_st;

namespace telltale::net {

struct handshake_notes;

/// After every call `take_output` may have bytes for the peer, an alert included. A failure is final.
class tls_session {
 public:
  enum class state { done, want_input, ended, failed };

  /// Throws std::bad_alloc.
  explicit tls_session(const tls_client&);
  ~tls_session();

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
  /// Whether the peer has sent anything.
  bool heard() const { return !first_bytes_.empty(); }
  /// After the handshake.
  tls_facts facts() const;
  /// The protocol that the server has selected by ALPN; empty: none.
  std::string_view protocol() const;

 private:
  state judge(int result);

  struct free_session {
    void operator()(ssl_st*) const;
  };
  std::unique_ptr<handshake_notes> notes_;  ///< the session points to it
  std::unique_ptr<ssl_st, free_session> session_;
  tls_version oldest_;
  std::string first_bytes_;  ///< of the peer: they show which protocol it speaks if not TLS
  unsigned long error_ = 0;
};

}  // namespace telltale::net
