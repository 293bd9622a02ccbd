// Errors of single calls on a file system, and a FUSE server that is gone.
#include <doctest/doctest.h>

#include "checks/disk_fixtures.hpp"
#include "checks/fuse_fixtures.hpp"

using namespace telltale;
using namespace telltale::testing;

namespace {

/// With the path called PATH.
std::string said(checked& check, const std::string& path) {
  auto text = described(check.run());
  for (auto at = text.find(path); at != std::string::npos; at = text.find(path)) text.replace(at, path.size(), "PATH");
  return text;
}

}  // namespace

TEST_CASE("disk errors: an errno of any call is red, whichever of the others still answer") {
  struct row {
    std::uint32_t opcode;
    int error;
    const char* expected;
  };
  for (const auto& [opcode, error, expected] : {
           row{FUSE_STATFS, EIO, "fail corrupt: PATH: Input/output error"},
           row{FUSE_STATFS, ESTALE, "fail replaced: PATH: Stale file handle"},
           row{FUSE_GETATTR, EIO, "fail corrupt: PATH: Input/output error (stat; statfs still answers)"},
           row{FUSE_GETATTR, ESTALE, "fail replaced: PATH: Stale file handle (stat; statfs still answers)"},
           row{FUSE_GETATTR, EHOSTDOWN, "fail unreachable: PATH: Host is down (stat; statfs still answers)"},
       }) {
    CAPTURE(expected);
    const auto found = on_fuse({}, [&, opcode = opcode, error = error](const std::string& path, fuse_server& server) {
      auto check = disk_on(path);
      auto out = said(check, path) + " -> ";
      server.fail(opcode, error);
      out += said(check, path) + " -> ";
      server.fail(opcode, 0);
      return out + said(check, path);
    });
    if (skipped_fuse(found)) return;
    constexpr auto healthy = "pass ok: PATH 10% used, 3.5 MiB available";
    CHECK(found == fmt::format("{} -> {} -> {}", healthy, expected, healthy));
  }
}

TEST_CASE("disk errors: a FUSE server that is gone is unreachable") {
  const auto found = on_fuse({}, [](const std::string& path, fuse_server& server) {
    auto check = disk_on(path);
    auto out = said(check, path) + " -> ";
    server.die();
    return out + said(check, path);
  });
  if (skipped_fuse(found)) return;
  CHECK(found ==
        "pass ok: PATH 10% used, 3.5 MiB available -> fail unreachable: PATH: the file system's server is gone "
        "(transport endpoint is not connected)");
}

TEST_CASE("disk errors: numbers that a real file system cannot have are named") {
  const auto found = on_fuse({}, [](const std::string& path, fuse_server& server) {
    constexpr auto unknown = ~std::uint64_t{0};
    auto check = disk_on(path);
    server.numbers({unknown, unknown, unknown, unknown, unknown, 4096, 255, 4096, 0, {}});
    auto out = said(check, path) + "\n";
    // Blocks are counted in fragments, whatever the preferred size of a transfer is.
    server.numbers({1000, 50, 50, 0, 0, 1 << 20, 255, 4096, 0, {}});
    out += said(check, path) + "\n";
    server.numbers({1000, 900, 900, 0, 0, 0, 255, 0, 0, {}});
    return out + said(check, path);
  });
  if (skipped_fuse(found)) return;
  CHECK(
      found ==
      "warn mismatch: PATH is on a file system that reports impossible numbers: a number is all ones, which stands for "
      "unknown; its space is not measured\n"
      "fail threshold: PATH 95% used (limit 90%)\n"
      "warn mismatch: PATH is on a file system that reports impossible numbers: the size of a block is 0; its space is "
      "not measured");
}
