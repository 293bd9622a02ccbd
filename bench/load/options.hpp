// What the load generator is asked to do.
#pragma once

#include <cstdint>
#include <string>

namespace load {

struct options {
  std::uint16_t port = 0;
  std::string path = "/health";
  std::string accept = "*/*";
  bool fresh = false;    ///< a connection per request, as made by the kubelet
  int connections = 16;  ///< in parallel; with a rate as many as needed
  std::uint64_t requests = 0;
  double rate = 0;  ///< requests per second, independent of earlier responses; 0: as fast as responses arrive
};

/// Exits with 2 and a sentence when the arguments make no sense.
options read_options(int argc, char** argv);

/// The bytes of one request: what a kubelet of 1.29 sends.
std::string request_text(const options&);

}  // namespace load
