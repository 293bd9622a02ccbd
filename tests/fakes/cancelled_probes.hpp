// Probes that are cancelled at any point end without leaving an operation or a connection behind.
#pragma once

#include <memory>

#include <doctest/doctest.h>

#include "fakes/network_peer.hpp"

namespace telltale::fakes {

/// Cancels one probe after another, each one handler later, until a probe ends by itself or `most` were cancelled.
/// Each has a server of its own, which the check reaches at any host name.
inline void cancel_everywhere(const script& behaviour, const std::shared_ptr<async_check>& check, int most) {
  int cancelled = 0;
  for (; cancelled < most; ++cancelled) {
    CAPTURE(cancelled);
    asio::io_context io;
    peer server(io, behaviour);
    fixed_resolver names;
    names.answer.endpoints = {server.endpoint()};
    if (!cancel_after(cancelled, io, check, names, {&server})) break;
    CHECK(server.open() == 0);
  }
  CHECK(cancelled > 3);
}

}  // namespace telltale::fakes
