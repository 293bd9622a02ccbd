// Tests markers on file systems that return errors for some calls.
#include <doctest/doctest.h>

#include "checks/fuse_fixtures.hpp"

using namespace telltale;
using namespace telltale::testing;

namespace telltale::checks {
check_type marker();
}

TEST_CASE("marker fuse: an error of any call fails") {
  struct row {
    std::uint32_t opcode;
    int error;
    reason expected;
  };
  for (const auto& [opcode, error, expected] : {
           row{FUSE_LOOKUP, EIO, reason::corrupt},
           row{FUSE_GETATTR, ESTALE, reason::replaced},
           row{FUSE_OPEN, EIO, reason::corrupt},
           row{FUSE_READ, EIO, reason::corrupt},
           row{FUSE_LOOKUP, EHOSTDOWN, reason::unreachable},
       }) {
    CAPTURE(opcode);
    const auto found = on_fuse({{"loaded", R"({"name": "llama"})"}}, [&, opcode = opcode, error = error](
                                                                         const std::string& path, fuse_server& server) {
      checked check(checks::marker(),
                    {option("path", path + "/loaded"), {"content", {}, raw_value::map({option("/name", "llama")})}});
      auto out = fmt::format("{} ", to_string(check.run().verdict));
      server.fail(opcode, error);
      const auto seen = check.run();
      return out + fmt::format("{} {}", to_string(seen.verdict), to_string(seen.reason));
    });
    if (skipped_fuse(found)) return;
    CHECK(found == fmt::format("pass fail {}", to_string(expected)));
  }
}
