// Arguments of the load generator.
#include "options.hpp"

#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace load {
namespace {

[[noreturn]] void usage() {
  std::fputs(
      "usage: bench_load --port PORT --requests N [--path PATH] [--accept TYPE] [--fresh] [--connections N] [--rate "
      "R]\n",
      stderr);
  std::exit(2);
}

}  // namespace

options read_options(int argc, char** argv) {
  options found;
  for (int i = 1; i < argc; ++i) {
    const std::string_view name = argv[i];
    if (name == "--fresh") {
      found.fresh = true;
      continue;
    }
    if (i + 1 == argc) usage();
    const char* value = argv[++i];
    if (name == "--port") found.port = static_cast<std::uint16_t>(std::atoi(value));
    else if (name == "--path") found.path = value;
    else if (name == "--accept") found.accept = value;
    else if (name == "--connections") found.connections = std::atoi(value);
    else if (name == "--requests") found.requests = std::strtoull(value, nullptr, 10);
    else if (name == "--rate") found.rate = std::atof(value);
    else usage();
  }
  if (found.port == 0 || found.requests == 0 || found.connections < 1) usage();
  return found;
}

std::string request_text(const options& asked) {
  return "GET " + asked.path + " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(asked.port) +
         "\r\nUser-Agent: kube-probe/1.29\r\nAccept: " + asked.accept + "\r\n" +
         (asked.fresh ? "Connection: close\r\n" : "") + "\r\n";
}

}  // namespace load
