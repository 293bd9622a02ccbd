#include <random>

#include <doctest/doctest.h>
#include <boost/json/parse.hpp>

#include "base/utf8.hpp"
#include "fakes/snapshots.hpp"
#include "routes/routes.hpp"

using namespace telltale;

namespace {

// Fragments that matter to the parsers, combined at random with invalid bytes.
class requests {
 public:
  std::string text() {
    static const std::vector<std::string> pieces{"/ready",
                                                 "/checks/",
                                                 "/metrics",
                                                 "/",
                                                 "?",
                                                 "&",
                                                 "=",
                                                 "%",
                                                 "%2",
                                                 "%00",
                                                 "%ff",
                                                 "exclude=",
                                                 "only=",
                                                 "gate",
                                                 "help",
                                                 "text/html",
                                                 "OPTIONS",
                                                 "verbose",
                                                 "db",
                                                 "*/*",
                                                 ",",
                                                 ";",
                                                 "q=0.5",
                                                 "q",
                                                 "\"",
                                                 "\\",
                                                 " ",
                                                 "text/plain",
                                                 "application/",
                                                 "openmetrics-text",
                                                 "version=1.0.0",
                                                 "gzip",
                                                 "Bearer ",
                                                 "t0ken",
                                                 "\t",
                                                 "\xC3",
                                                 "#",
                                                 "http://x"};
    std::string out;
    for (auto count = random_() % 12; count > 0; --count)
      out += random_() % 4 == 0 ? std::string(1, static_cast<char>(random_())) : pieces[random_() % pieces.size()];
    return out;
  }
  bool often() { return random_() % 4 != 0; }

 private:
  std::mt19937 random_{20260102};
};

}  // namespace

TEST_CASE("router: for any target and header it does not throw, and returns a known status and a body") {
  requests random;
  const auto snap = fakes::mixed_snapshot().take();
  router router({details::names, "t0ken", false}, [] { return program_counters{}; });
  for (int round = 0; round < 20'000; ++round) {
    const std::string target = (random.often() ? "/ready" : "") + random.text();
    const std::string method = random.often() ? "GET" : random.often() ? "OPTIONS" : random.text();
    const std::string accept = random.text();
    const std::string encoding = random.text();
    const std::string authorization = random.text();
    CAPTURE(target);
    CAPTURE(accept);
    reply answer;
    REQUIRE_NOTHROW(answer =
                        router.answer({method, target, accept, encoding, authorization, false}, fakes::always(snap)));
    REQUIRE((answer.body != nullptr) == (answer.status != 204));
    if (answer.status == 204) {
      REQUIRE(method == "OPTIONS");
      REQUIRE(answer.content_type.empty());
      continue;
    }
    const bool known = answer.status == 200 || answer.status == 503 || (answer.status >= 400 && answer.status <= 405);
    REQUIRE(known);
    REQUIRE_FALSE(answer.content_type.empty());
    if (answer.content_encoding.empty()) REQUIRE(*answer.body == valid_utf8(*answer.body));
    if (answer.content_type.ends_with("json")) REQUIRE_NOTHROW((void)boost::json::parse(*answer.body));
    if (answer.path_label == "/ready") REQUIRE(answer.body->size() < 10 * 1024);
  }
}
