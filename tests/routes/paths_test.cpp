#include <string>

#include <doctest/doctest.h>

#include "routes/paths.hpp"

using namespace telltale;

TEST_CASE("paths: every alias of an endpoint is found, with and without a trailing slash") {
  struct row {
    std::string path;
    std::string_view canonical;
    endpoint kind;
    gate which = gate::live;
  };
  const row table[] = {
      {"/health", "/health", endpoint::gate, gate::live},
      {"/healthz", "/health", endpoint::gate, gate::live},
      {"/livez", "/health", endpoint::gate, gate::live},
      {"/health/live", "/health", endpoint::gate, gate::live},
      {"/ready", "/ready", endpoint::gate, gate::ready},
      {"/readyz", "/ready", endpoint::gate, gate::ready},
      {"/health/ready", "/ready", endpoint::gate, gate::ready},
      {"/startup", "/startup", endpoint::gate, gate::startup},
      {"/startupz", "/startup", endpoint::gate, gate::startup},
      {"/health/startup", "/startup", endpoint::gate, gate::startup},
      {"/metrics", "/metrics", endpoint::metrics},
      {"/ping", "/ping", endpoint::ping},
      {"/checks", "/checks", endpoint::checks},
      {"/checks/db", "/checks/NAME", endpoint::one_check},
  };
  for (const auto& expected : table)
    for (const auto& path : {expected.path, expected.path + "/"}) {
      CAPTURE(path);
      const auto found = find_path(path);
      REQUIRE(found);
      CHECK(found->row.canonical == expected.canonical);
      CHECK(found->row.endpoint == expected.kind);
      CHECK(found->row.gate == expected.which);
    }
  CHECK(find_path("/")->row.endpoint == endpoint::index);
  CHECK(find_path("/checks/db")->check == "db");
}

TEST_CASE("paths: no other path is found") {
  for (const std::string path :
       {"", "//", "/Ready", "/ready//", "//ready", "/ready/x", "/healthzz", "/health/z", "/health/live/x", "/checks//",
        "/checks/a/b", "/./ready", "/ready ", "ready", "/metricsx", "*"}) {
    CAPTURE(path);
    CHECK_FALSE(find_path(path));
  }
}
