#include "memory/code_pages.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <sstream>
#include <string>

using telltale::release_code_pages;

namespace {

// Occupies whole pages, and is not needed while a test inspects them.
alignas(65536) const std::array<unsigned char, 1 << 20> constants{1};

/// KiB of the mapping containing `of` that are currently resident.
int resident_kib(const void* of) {
  const auto wanted = reinterpret_cast<std::uintptr_t>(of);
  std::ifstream maps("/proc/self/smaps");
  bool inside = false;
  for (std::string line; std::getline(maps, line);) {
    std::istringstream words(line);
    std::string first;
    words >> first;
    if (const auto dash = first.find('-'); dash != std::string::npos && first.back() != ':')
      inside = std::stoull(first, nullptr, 16) <= wanted && wanted < std::stoull(first.substr(dash + 1), nullptr, 16);
    int kib = 0;
    if (inside && first == "Rss:" && words >> kib) return kib;
  }
  return -1;
}

int touch_all() {
  int sum = 0;
  for (std::size_t at = 0; at < constants.size(); at += 4096)
    sum += *const_cast<const volatile unsigned char*>(&constants[at]);
  return sum;
}

const int relocated = 7;
const int* const through_a_relocation = &relocated;

}  // namespace

TEST_CASE("code_pages: pages mapped from the program's file are released, and mapped again on use") {
  CHECK(touch_all() == 1);
  const auto before = resident_kib(&constants);
  release_code_pages();
  const auto after = resident_kib(&constants);
  CHECK(before >= 1024);
  CHECK(after <= before - 768);
  CHECK(touch_all() == 1);
  CHECK(resident_kib(&constants) >= 1024);
}

TEST_CASE("code_pages: pages written by the loader stay as they are") {
  static const int* volatile const* const written = &through_a_relocation;
  release_code_pages();
  CHECK(*written == &relocated);
  CHECK(**written == 7);
}
