// Implements the runs that are cancelled at each point.
#include "fakes/cancelled_probes.hpp"

#include <doctest/doctest.h>

namespace telltale::fakes {

void cancel_everywhere(const script& behaviour, const std::shared_ptr<async_check>& check, int most) {
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
