// Fuzz target: the configuration with the real check types. Each text is accepted, or refused with locations inside it.
#include <telltale/all_checks.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <variant>

#include <fmt/format.h>

#include "config/config.hpp"
#include "diagnostics/error_text.hpp"
#include "fakes/fake_checks.hpp"
#include "require.hpp"
#include "worker/messages.hpp"
#include "yaml/source_text.hpp"

using namespace telltale;
using fuzz::require;

namespace {

config_result parse(const std::string& text) { return parse_config(text, "t.yaml", all_checks(), fakes::variables); }

/// Everything a check is built from, as comparable bytes.
std::string shown(const config& accepted) {
  std::string out;
  const auto add = [&](const auto& value) { out += fmt::format("{};", value); };
  for (const auto& [address, serves] : accepted.server.listen) {
    add(address);
    for (const auto what : serves) add(static_cast<int>(what));
  }
  add(accepted.server.drain_delay.count());
  for (const auto& check : accepted.checks) {
    add(check.settings.name);
    add(check.settings.interval.count());
    add(check.settings.timeout.count());
    for (const auto which : check.settings.gates) add(to_string(which));
    add(wire::encode(wire::definition{std::string(check.type->name), check.options}));
  }
  return out;
}

void judge_problem(const problem& found, const source_text& text, int lines) {
  require(!found.message.empty(), "every problem has a sentence");
  require(found.at.line >= 1 && found.at.line <= lines, "every problem is on a line of the text");
  const auto line = text.line(found.at.line);
  require(found.at.column >= 1 && found.at.column <= static_cast<int>(line.size()) + 1,
          "every problem is at a column of its line");
}

void judge_refusal(const config_errors& errors, const std::string& input) {
  require(!errors.list.empty(), "a refused text has a problem");
  require(errors.list.size() <= 101, "the list of problems is bounded");
  const source_text text(errors.text);
  const auto lines = 1 + static_cast<int>(std::count(errors.text.begin(), errors.text.end(), '\n'));
  const auto shown_problems =
      std::min<std::size_t>(errors.list.size(), 100);  // followed by the number of further errors
  for (std::size_t i = 0; i < shown_problems; ++i) judge_problem(errors.list[i], text, lines);
  const auto printed = to_text(errors);
  require(!printed.empty(), "a refusal can be printed");
  require(input.find("hunter2") != std::string::npos || printed.find("hunter2") == std::string::npos,
          "a variable's value is not printed");
}

void judge_config(const config& accepted, const std::string& input) {
  require(!accepted.checks.empty() || accepted.ready_without_checks, "an accepted text checks something");
  for (const auto& check : accepted.checks) {
    require(check.type != nullptr, "every check has a type");
    require(check.settings.timeout < check.settings.interval, "a probe ends before the next one is due");
  }
  // An unterminated construct at the end of a text must not hide what follows.
  require(std::holds_alternative<config_errors>(parse(input + "\nzzz: 1\n")), "an unknown key at the end is seen");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string input(reinterpret_cast<const char*>(data), size);
  const auto first = parse(input);
  const auto second = parse(input);
  require(first.index() == second.index(), "the same text gives the same answer");
  if (const auto* errors = std::get_if<config_errors>(&first)) {
    require(errors->list == std::get<config_errors>(second).list, "the same text has the same problems");
    judge_refusal(*errors, input);
  } else {
    require(shown(std::get<config>(first)) == shown(std::get<config>(second)), "the same text means the same");
    judge_config(std::get<config>(first), input);
  }
  return 0;
}
