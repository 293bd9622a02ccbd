// Owns objects of OpenSSL, each released by its own function.
#pragma once

namespace telltale::net {

template <auto release>
struct releaser {
  template <class T>
  void operator()(T* p) const {
    release(p);
  }
};

}  // namespace telltale::net
