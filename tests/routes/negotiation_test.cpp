#include <array>

#include <string>

#include <doctest/doctest.h>

#include "routes/negotiation.hpp"

using namespace telltale;

namespace {

constexpr std::array gates{offer{"application/health+json", "", ""}, offer{"application/json", "", ""},
                           offer{"text/plain", "", ""}};
constexpr std::array metrics{offer{"text/plain", "0.0.4", ""}, offer{"application/openmetrics-text", "1.0.0", ""}};

}  // namespace

TEST_CASE("negotiation: gates are health+json unless something else is preferred") {
  struct row {
    std::string accept;
    std::size_t chosen;
  };
  const row table[] = {
      {"", 0},
      {"*/*", 0},
      {"*", 0},
      {"text/html, image/gif, *; q=.2, */*; q=0.2", 0},
      {"application/xml", 0},
      {"garbage;;;,,,q=", 0},
      {"application/*", 0},
      {"application/json", 1},
      {"Application/JSON; charset=utf-8", 1},
      {"application/json, text/plain, */*", 1},
      {"application/health+json, application/json", 0},
      {"text/plain", 2},
      {"TEXT/PLAIN;charset=utf-8", 2},
      {"text/*", 2},
      {"text/plain, */*", 2},
      {"text/plain;q=0.5, application/json;q=0.4", 2},
      {"text/plain;q=0.4, application/json;q=0.5", 1},
      {"text/plain;q=0.4, */*;q=0.5", 0},
      {"application/*;q=0.1, text/plain;q=0.2", 2},
      {"application/health+json;q=0, */*", 1},
      {"text/plain;q=0", 0},
      {"*/*;q=0", 0},
      {"text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8", 0},
  };
  for (const auto& [accept, chosen] : table) {
    CAPTURE(accept);
    CHECK(preferred_offer(accept, gates) == chosen);
  }
}

TEST_CASE("negotiation: metrics are plain text unless OpenMetrics 1.0.0 is preferred") {
  struct row {
    std::string accept;
    std::size_t chosen;
  };
  const row table[] = {
      {"", 0},
      {"*/*", 0},
      {"text/html", 0},
      {"application/openmetrics-text", 1},
      {"application/openmetrics-text;version=1.0.0", 1},
      {"application/openmetrics-text; version=\"1.0.0\"; charset=utf-8", 1},
      {"application/openmetrics-text;version=0.0.1", 0},
      {"application/openmetrics-text;version=2.0.0,text/plain;q=0.1", 0},
      // As sent by Prometheus 2.42 and 3.0.
      {"application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
       "text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
       1},
      {"application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,"
       "application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,"
       "text/plain;version=0.0.4;q=0.2,*/*;q=0.1",
       1},
      {"text/plain;version=0.0.4;q=0.5,application/openmetrics-text;version=1.0.0;q=0.2", 0},
      {"text/plain;version=0.0.4;q=0.5,*/*;q=0.1", 0},
  };
  for (const auto& [accept, chosen] : table) {
    CAPTURE(accept);
    CHECK(preferred_offer(accept, metrics) == chosen);
  }
}

TEST_CASE("negotiation: gzip is used only where it is accepted") {
  for (const std::string yes :
       {"gzip", "GZIP", "x-gzip", "deflate, gzip;q=0.5", "*", "br, *;q=0.1", "gzip, deflate, br, zstd"}) {
    CAPTURE(yes);
    CHECK(accepts_gzip(yes));
  }
  for (const std::string no : {"", "identity", "gzip;q=0", "gzip;q=0, *", "*;q=0", "deflate", "gzipx", "gzip;q=x"}) {
    CAPTURE(no);
    CHECK_FALSE(accepts_gzip(no));
  }
}
