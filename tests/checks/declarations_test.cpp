// Tests the declarations of all check types of the program.
#include <algorithm>
#include <set>
#include <string_view>

#include <doctest/doctest.h>

#include <telltale/all_checks.hpp>

using namespace telltale;

namespace {

/// One sentence that fits on a line of docs/checks.md.
bool is_line(std::string_view text) {
  return text.size() > 10 && text.size() <= 100 && text.ends_with('.') && text.find('\n') == std::string_view::npos;
}

bool is_name(std::string_view text) {
  return !text.empty() &&
         std::ranges::all_of(text, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
}

}  // namespace

TEST_CASE("declarations: every type documents in one line each what it checks, proves and does not prove") {
  CHECK(all_checks().size() >= 4);
  for (const auto& type : all_checks()) {
    CAPTURE(type.name);
    CHECK(is_name(type.name));
    CHECK(is_line(type.summary));
    CHECK(is_line(type.proves));
    CHECK(is_line(type.does_not_prove));
    CHECK_FALSE(type.component.empty());
    CHECK((type.make_blocking || type.make_async));
  }
}

TEST_CASE("declarations: the default timeout of a type is below its default interval") {
  for (const auto& type : all_checks()) {
    CAPTURE(type.name);
    CHECK(type.cadence.timeout.count() > 0);
    CHECK(type.cadence.timeout < type.cadence.interval);
  }
}

TEST_CASE("declarations: options and measurements have unique names and documentation") {
  for (const auto& type : all_checks()) {
    CAPTURE(type.name);
    std::set<std::string_view> names;
    for (const auto& option : type.options) {
      CAPTURE(option.name);
      CHECK(names.insert(option.name).second);
      CHECK(is_name(option.name));
      CHECK(option.doc.ends_with('.'));
    }
    names.clear();
    for (const auto& measurement : type.measurements) {
      CAPTURE(measurement.name);
      CHECK(names.insert(measurement.name).second);
      CHECK(is_name(measurement.name));
      CHECK(measurement.doc.ends_with('.'));
    }
  }
}
