#include <doctest/doctest.h>

#include "routes/help_text.hpp"
#include "routes/paths.hpp"

using namespace telltale;

namespace {
const std::vector<served> all_parts{served::gates, served::checks, served::metrics};
}  // namespace

TEST_CASE("help text: the index and an unknown path list every endpoint and every alias") {
  for (const auto& text : {index_text(all_parts), unknown_path_text("/nowhere", all_parts)})
    for (const auto& row : path_table) {
      CAPTURE(row.path);
      CHECK(text.find(row.path) != std::string::npos);
    }
}

TEST_CASE("help text: an address with parts lists only what is served there") {
  const std::vector<served> metrics{served::metrics};
  for (const auto& text : {index_text(metrics), unknown_path_text("/redy", metrics)}) {
    CAPTURE(text);
    CHECK(text.find("  /metrics ") != std::string::npos);
    CHECK(text.find("  /ping ") != std::string::npos);
    for (const auto* absent : {"/health", "/ready", "/startup", "/checks", "exclude"})
      CHECK(text.find(absent) == std::string::npos);
  }
  const std::vector<served> gates{served::gates};
  CHECK(index_text(gates).find("  the same as /ready; this page") != std::string::npos);
  CHECK(index_text(gates).find("/checks") == std::string::npos);
  CHECK(index_text(gates).find("?exclude=NAME") != std::string::npos);
  CHECK(unknown_path_text("/metric", gates).starts_with("There is no /metric. Available"));
}

TEST_CASE("help text: a misspelling gets a suggestion") {
  CHECK(unknown_path_text("/redy", all_parts).starts_with("There is no /redy; did you mean /ready? Available paths"));
  CHECK(unknown_path_text("/metric", all_parts).find("did you mean /metrics?") != std::string::npos);
  CHECK(unknown_path_text("/favicon.ico", all_parts).starts_with("There is no /favicon.ico. Available paths"));
  CHECK(unknown_check_text("dsik", {"db", "disk"}) ==
        "There is no check named dsik; did you mean disk? /checks lists all of them.\n");
  CHECK(unknown_check_text("other", {"db", "disk"}) == "There is no check named other. /checks lists all of them.\n");
}

TEST_CASE("help text: the requested name is shown shortened and on one line") {
  const auto text = unknown_check_text(std::string(100'000, 'x') + "\n\x1b", {"x"});
  CHECK(text.size() < 300);
  CHECK(unknown_check_text("a\nb\x1b[1m", {}).find('\x1b') == std::string::npos);
  CHECK(unknown_check_text("a\nb", {}).find('\n') == unknown_check_text("a\nb", {}).size() - 1);
}
