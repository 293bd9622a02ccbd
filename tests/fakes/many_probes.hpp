// Thousands of probes of peers that misbehave: each ends in time with its reason, and no connection is left at either
// end.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "fakes/network_peer.hpp"

namespace telltale::fakes {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr int many = 1'000;
inline constexpr auto probe_time_limit = 1s;
#else
inline constexpr int many = 10'000;
inline constexpr auto probe_time_limit = 300ms;
#endif

inline constexpr int probes_at_once = 60;

/// One way to behave: a server that does, and the checks that probe it, at any host name.
struct probed_peer {
  using check_list = std::vector<std::shared_ptr<async_check>>;

  probed_peer(asio::io_context& io, script behaviour, std::shared_ptr<async_check> probes, reason expected)
      : probed_peer(io, std::move(behaviour), check_list{std::move(probes)}, expected) {}
  /// Each run has one of these checks for itself if there are `probes_at_once`: runs of a check that keeps its
  /// connection must not overlap.
  probed_peer(asio::io_context& io, script behaviour, check_list probes, reason expected)
      : server(io, std::move(behaviour)), checks(std::move(probes)), why(expected) {
    names.answer.endpoints = {server.endpoint()};
  }
  peer server;
  check_list checks;
  reason why;
  fixed_resolver names;
  int done = 0;
  int wrong = 0;
  int out_of_time = 0;  ///< on a busy machine, before the peer has said what it wanted to say
  std::string words;    ///< of the last probe that was not as expected
};
using probed_peers = std::vector<std::unique_ptr<probed_peer>>;

/// Runs `many` probes, 60 at once, and returns when `io` has no work left.
void probe_many(asio::io_context& io, const probed_peers& all, std::chrono::milliseconds time_limit = probe_time_limit);

}  // namespace telltale::fakes
