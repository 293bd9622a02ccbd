// Generates docs/checks.md from the declarations.
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "config/settings.hpp"
#include "reference/cadence_text.hpp"
#include "reference/nested_options.hpp"
#include "reference/schema.hpp"

namespace telltale {
namespace {

/// Escapes text for a table cell.
std::string cell(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c == '|') out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  return out;
}

std::string type_name(const option_shape& shape) {
  const bool holds_some = shape.kind == option_kind::map || shape.kind == option_kind::list;
  if (holds_some && !nested_in(shape).members.empty()) return shape.name() + " or options";
  const auto& value = holds_some ? shape.element.front() : shape;
  const bool or_secret = value.kind == option_kind::text && !value.element.empty();
  return shape.name() + (or_secret ? " or secret" : "");
}

/// Lines of a list item, below 120 columns; text between backticks stays on one line.
std::string wrapped(std::string_view text) {
  constexpr std::size_t width = 119;
  std::string out;
  std::string line = " ";
  while (!text.empty()) {
    auto end = text.find_first_of(" \n");
    while (end < text.size() && std::ranges::count(text.substr(0, end), '`') % 2)
      end = text.find_first_of(" \n", end + 1);
    const auto word = text.substr(0, end);
    if (line.size() + 1 + word.size() > width) out += std::exchange(line, " ") + "\n";
    line += fmt::format(" {}", word);
    text.remove_prefix(std::min(text.size(), word.size() + 1));
  }
  return out + line + "\n";
}

std::string default_of(const option_info& option) {
  if (option.required) return ", required";
  return option.default_text.empty() ? "" : fmt::format(", default `{}`", option.default_text);
}

std::string option_items(const std::vector<option_info>& options, const std::string& prefix) {
  std::string out;
  for (const auto& option : options) {
    out += fmt::format("- `{}{}`: {}{}.\n{}", prefix, option.name, type_name(option.shape), default_of(option),
                       wrapped(option.doc));
    const auto nested = nested_in(option.shape);
    out += option_items(nested.members, fmt::format("{}{}{}", prefix, option.name, nested.separator));
  }
  return out;
}

std::string option_list(const std::vector<option_info>& options) { return option_items(options, "") + "\n"; }

std::string type_section(const check_type& type) {
  auto out = fmt::format("## {}\n\n{}\n\n**Proves:** {}\n**Does not prove:** {}\n{}\n\n", type.name, type.summary,
                         type.proves, type.does_not_prove, cadence_text(type.cadence)) +
             option_list(type.options);
  if (type.measurements.empty()) return out;
  out += "| measurement | description |\n|---|---|\n";
  for (const auto& measurement : type.measurements)
    out += fmt::format("| `{}` | {} |\n", measurement.name, cell(measurement.doc));
  return out + "\n";
}

std::string overview(const check_table& table) {
  std::string out = R"(# The checks

<!-- Written by `telltale checks --markdown`; a test compares the two. Change the declarations, not this page. -->

What can be watched, with every option and every measurement; the [examples](../examples) show them in use. An entry of
the `checks` list has the options of its type and those of [every check](#every-check). In `/metrics` a measurement is
the gauge `telltale_<type>_<measurement>`.

| type | what |
|---|---|
)";
  for (const auto& type : table) out += fmt::format("| [{0}](#{0}) | {1} |\n", type.name, cell(type.summary));
  return out + "\n";
}

std::string common_sections() {
  return "## Every check\n\nOptions that every entry of `checks` takes, whatever its type. The default interval and "
         "timeout\n"
         "are those of the type.\n\n" +
         option_list(check_settings::declared_for_check().infos()) +
         "## Defaults\n\nThe `defaults` section applies to every check that does not set the option itself. A check of "
         "a slow\n"
         "type does not take `interval`, `timeout`, `failing_interval` and `max_age` from it.\n\n" +
         option_list(check_settings::declared_for_defaults().infos()) +
         "## Server\n\nThe `server` section: listen addresses, access control and shutdown.\n\n" +
         option_list(server_settings::declared().infos()) +
         "Beside the sections, `ready_without_checks: true` lets the ready gate pass although no check feeds it.\n\n";
}

std::string_view units_section() {
  return R"(## Units

A number that needs a unit is an error without one.

| type | written | not |
|---|---|---|
| duration | `250ms`, `10s`, `1.5s`, `5m`, `6h`, `1d`, `1h30m`; at most 365 days, in steps of 1 ms | `10`, `10 s` |
| size | `512B`, `64KiB`, `1.5GiB`, `2TiB` (powers of 1024), `kB`, `MB`, `GB`, `TB` (powers of 1000) | `64`, `64M` |
| percentage | `80%`, `99.5%`, from 0% to 100% | `0.8`, `80` |
| count | `3` | `03`, `3.0` |
| true or false | `true`, `false` | `yes`, `on` |
| limit | `{warn: 64MiB, fail: 512MiB}`, one of the two, or a bare value that means `fail` | |
| list | `[a, b]`, or one value for a list of one | `[]` |
| secret | `{file: /run/secrets/token}`, `{env: TOKEN}`, `{env: TOKEN, prefix: "Bearer "}` | the secret itself |

Any value may contain `${VAR}`, `${VAR:-default}` or `${VAR:?message}`. The `prefix` of a secret is put before it.

)";
}

std::string reasons_section() {
  std::string out =
      "## Reasons\n\nThe causes of a verdict: the same words in JSON, text, logs, metrics and on the "
      "command "
      "line.\n\n| reason | meaning |\n|---|---|\n";
  for (const auto& row : reason_table) out += fmt::format("| `{}` | {} |\n", row.name, cell(row.meaning));
  return out;
}

}  // namespace

std::string checks_markdown(const check_table& table) {
  auto out = overview(table);
  for (const auto& type : table) out += type_section(type);
  out += common_sections();
  out += units_section();
  return out + reasons_section();
}

}  // namespace telltale
