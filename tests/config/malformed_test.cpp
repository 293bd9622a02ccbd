// Tests every row of the tables in tests/config/malformed.
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sys/resource.h>

#include <ctime>

#include "config/config.hpp"
#include "config/malformed_rows.hpp"
#include "config/measured.hpp"
#include "diagnostics/error_text.hpp"
#include "fakes/fake_checks.hpp"

using namespace telltale;

namespace {

std::vector<std::string> lines_of(const config_result& result) {
  const auto* errors = std::get_if<config_errors>(&result);
  if (!errors) return {"accepted"};
  std::vector<std::string> out;
  for (const auto& p : errors->list)
    out.push_back(p.at == source_location{} ? "- " + p.message
                                            : fmt::format("{}:{} {}", p.at.line, p.at.column, p.message));
  return out;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string out;
  for (const auto& line : lines) out += "\n  " + line;
  return out;
}

}  // namespace

TEST_CASE("config: every malformed configuration is rejected with its locations and messages") {
  const auto rows = fakes::all_malformed();
  CHECK(rows.size() >= 150);
  for (const auto& row : rows) {
    INFO(row.title);
    CHECK(!row.expected.empty());
    CHECK_EQ(joined(lines_of(parse_config(row.text, "t.yaml", fakes::table(), fakes::variables))),
             joined(row.expected));
  }
}

TEST_CASE("config: every malformed configuration ends within a second and 64 MiB") {
  rusage before{};
  rusage after{};
  for (const auto& row : fakes::all_malformed()) {
    INFO(row.title);
    ::getrusage(RUSAGE_SELF, &before);
    const auto began = std::clock();
    (void)parse_config(row.text, "t.yaml", fakes::table(), fakes::variables);
    CHECK(double(std::clock() - began) / CLOCKS_PER_SEC < fakes::most_seconds);
    ::getrusage(RUSAGE_SELF, &after);
    CHECK(double(after.ru_maxrss - before.ru_maxrss) / 1024 < fakes::most_mib);
  }
}

TEST_CASE("config: every malformed configuration can be printed, with the line and a caret") {
  for (const auto& row : fakes::all_malformed()) {
    INFO(row.title);
    const auto result = parse_config(row.text, "t.yaml", fakes::table(), fakes::variables);
    REQUIRE(std::holds_alternative<config_errors>(result));
    const auto text = to_text(std::get<config_errors>(result));
    for (const auto& line : row.expected)
      CHECK(text.find((line[0] == '-' ? "t.yaml: " : "t.yaml:") + line.substr(0, line.find(' '))) != std::string::npos);
    CHECK(text.find("hunter2") ==
          (row.text.find("hunter2") == std::string::npos ? std::string::npos : text.find("hunter2")));
    for (char c : text) CHECK((c == '\n' || static_cast<unsigned char>(c) >= 0x20));
  }
}

TEST_CASE("config: no prefix of a malformed configuration crashes the reader") {
  for (const auto& row : fakes::all_malformed())
    for (std::size_t length = 0; length < row.text.size(); length += 3) {
      INFO(row.title);
      const auto result = parse_config(row.text.substr(0, length), "t.yaml", fakes::table(), fakes::variables);
      if (const auto* errors = std::get_if<config_errors>(&result)) CHECK(!to_text(*errors).empty());
    }
}
