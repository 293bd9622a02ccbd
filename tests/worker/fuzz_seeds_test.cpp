#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include "worker/messages.hpp"

using namespace telltale;

namespace {

std::string content_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// Splits the input as tests/fuzz/worker_protocol.cpp does.
bool is_understood(std::string_view seed) {
  const auto bytes = seed.substr(1);
  if (seed[0] == 'j') return wire::decode_request(wire::decode_job(bytes)->payload).has_value();
  if (seed[0] == 'a') return wire::decode_run_answer(wire::decode_answer(bytes)->payload).has_value();
  if (seed[0] == 'r') return wire::decode_resolution(bytes).has_value();
  return seed[0] == 'd' && wire::decode_definition(bytes).has_value();
}

}  // namespace

// When a message changes its layout, old seeds are rejected at once and the fuzz target covers nothing.
TEST_CASE("fuzz seeds: the seeds of the protocol target decode") {
  std::size_t seeds = 0;
  for (const auto& entry : std::filesystem::directory_iterator(TELLTALE_FUZZ_SEEDS)) {
    const auto name = entry.path().filename().string();
    if (name == "junk") continue;
    CAPTURE(name);
    ++seeds;
    CHECK(is_understood(content_of(entry.path())));
  }
  CHECK(seeds > 10);
}
