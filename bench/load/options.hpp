// What the load generator is asked to do.
#pragma once

#include <cstdint>
#include <string>

namespace load {

struct options {
  std::uint16_t port = 0;
  std::string path = "/health";
  std::string accept = "*/*";
  bool fresh = false;         ///< a connection for each request, as the kubelet does
  int connections = 16;       ///< at the same time; with a rate there are as many as are needed
  std::uint64_t requests = 0;
  double rate = 0;            ///< requests per second, on time whatever became of those before; 0: as fast as answers come
};

/// Exits with 2 and a sentence when the arguments make no sense.
options read_options(int argc, char** argv);

/// The bytes of one request: what a kubelet of 1.29 sends.
std::string request_text(const options&);

}  // namespace load
