// The pages of the corpus: what promtool accepts is read, and what it rejects as broken is rejected here as well.
#include <sys/wait.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <doctest/doctest.h>

#include "fakes/server_program.hpp"
#include "prometheus/page_reader.hpp"

using namespace telltale;

namespace {

namespace fs = std::filesystem;

finding read(const fs::path& file, bool openmetrics) {
  std::ifstream in(file, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  const secret_list none;
  prometheus::page_reader reader(openmetrics, none, [](const prometheus::sample&) { return true; });
  reader.feed(text);
  return reader.finish();
}

/// 3: it is valid, and promtool would name something in another way.
bool promtool_accepts(const fs::path& promtool, const fs::path& page) {
  const auto command = promtool.string() + " check metrics < '" + page.string() + "' > /dev/null 2>&1";
  const int status = std::system(command.c_str());
  REQUIRE(WIFEXITED(status));
  return WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == 3;
}

}  // namespace

TEST_CASE("prometheus pages: valid ones are read and broken ones are not, as promtool says") {
  const auto promtool = fakes::find_program("promtool", "usr/bin/promtool").path;
  const auto unpacked = fakes::tools_folder() / "promtool";
  const auto program = ::access(unpacked.c_str(), X_OK) == 0 ? unpacked : fs::path(promtool);
  if (program.empty()) MESSAGE("not compared: no promtool; scripts/tools.sh unpacks Debian's package");
  // It does not look for these: series that appear twice, a limit of this check, exemplars in the older format. Names
  // in quotes are valid since Prometheus 3.
  const std::string not_compared =
      "broken_duplicate.txt broken_many_labels.txt broken_exemplar.txt valid_utf8_name.txt";
  int valid = 0;
  int broken = 0;
  for (const auto& entry : fs::directory_iterator(TELLTALE_METRICS_PAGES)) {
    const auto name = entry.path().filename().string();
    CAPTURE(name);
    const auto failed = read(entry.path(), name.starts_with("openmetrics_"));
    CAPTURE(failed.sentence);
    if (name.starts_with("openmetrics_")) continue;
    const bool is_valid = name.starts_with("valid_");
    ++(is_valid ? valid : broken);
    if (name != "broken_duplicate.txt") CHECK((failed.verdict == verdict::pass) == is_valid);
    if (!program.empty() && not_compared.find(name) == std::string::npos)
      CHECK(promtool_accepts(program, entry.path()) == is_valid);
  }
  CHECK(valid >= 12);
  CHECK(broken >= 12);
}

TEST_CASE("prometheus pages: OpenMetrics needs its end, and nothing after it") {
  const fs::path pages = TELLTALE_METRICS_PAGES;
  for (const auto* name : {"openmetrics_counter.txt", "openmetrics_histogram.txt", "openmetrics_crlf.txt"})
    CHECK(read(pages / name, true).sentence == "");
  CHECK(read(pages / "openmetrics_no_end.txt", true).reason == reason::protocol);
  CHECK(read(pages / "openmetrics_after_end.txt", true).reason == reason::protocol);
}
