// Formats the index page and error texts.
#include "routes/help_text.hpp"

#include <fmt/format.h>

#include <telltale/raw_value.hpp>

#include <telltale/version.hpp>
#include "base/printable.hpp"
#include "routes/paths.hpp"

namespace telltale {
namespace {

constexpr std::size_t max_shown = 100;
// Suggestions are useful for short words; comparing a long word with every name would take too long.
constexpr std::size_t longest_slip = 64;

std::string shown(std::string_view text) { return shortened(printable(text.substr(0, max_shown * 4)), max_shown); }

std::string did_you_mean(std::string_view word, const std::vector<std::string_view>& known) {
  if (word.size() > longest_slip) return {};
  const auto candidate = nearest(word, known);
  return candidate.empty() ? std::string() : fmt::format("; did you mean {}?", printable(candidate));
}

std::string_view purpose(const path_row& row) {
  switch (row.endpoint) {
    case endpoint::gate:
      return row.gate == gate::live    ? "liveness: 200 or 503"
             : row.gate == gate::ready ? "readiness: 200 or 503"
                                       : "startup: 200 or 503";
    case endpoint::metrics:
      return "Prometheus metrics, always 200";
    case endpoint::checks:
      return "all checks in detail";
    case endpoint::one_check:
      return "one check in detail";
    case endpoint::index:
      return "the same as /ready; this page in a browser or with ?help";
    case endpoint::ping:
      return "telltale itself: 200";
  }
  return {};
}

std::string path_line(const path_row& row) {
  std::string aliases;
  for (const auto& other : path_table)
    if (other.canonical == row.canonical && other.path != row.path)
      aliases += fmt::format("{}{}", aliases.empty() ? "also " : ", ", other.path);
  return fmt::format("  {:<13}{:<33}{}\n", row.path, purpose(row), aliases);
}

std::string path_list(const std::vector<served>& parts) {
  std::string out;
  for (const auto& row : path_table)
    if (row.path == row.canonical && row.endpoint != endpoint::index && serves(parts, row.endpoint))
      out += path_line(row);
  if (serves(parts, endpoint::one_check)) out += path_line(one_check_row);
  return out + (serves(parts, endpoint::gate) ? path_line(find_path("/")->row)
                                              : "  /            this page in a browser or with ?help\n");
}

}  // namespace

std::string index_text(const std::vector<served>& parts) {
  const auto* gates =
      serves(parts, endpoint::gate) ? "Gates: ?exclude=NAME leaves a check out, ?only=NAME all others.\n" : "";
  const auto* check = serves(parts, endpoint::one_check) ? "/checks/NAME?gate is 503 unless it passes.\n" : "";
  return fmt::format(
      "telltale {}\n\n{}\n"
      "GET and HEAD; OPTIONS says what is allowed. Accept: text/plain or ?verbose answers as text.\n{}{}",
      version(), path_list(parts), gates, check);
}

std::string unknown_path_text(std::string_view path, const std::vector<served>& parts) {
  std::vector<std::string_view> known;
  for (const auto& row : path_table)
    if (serves(parts, row.endpoint)) known.push_back(row.path);
  return fmt::format("There is no {}{} Available paths:\n\n{}", shown(path),
                     did_you_mean(path, known).empty() ? "." : did_you_mean(path, known), path_list(parts));
}

std::string not_served_text(std::string_view path, const std::vector<served>& parts) {
  std::string list;
  for (const auto part : parts) list += fmt::format("{}{}", list.empty() ? "" : " and ", to_string(part));
  return fmt::format("{} is not served at this address, which serves {} (server.listen).\n", path, list);
}

std::string unknown_check_text(std::string_view name, const std::vector<std::string_view>& known) {
  const auto hint = did_you_mean(name, known);
  return fmt::format("There is no check named {}{} /checks lists all of them.\n", shown(name),
                     hint.empty() ? "." : hint);
}

std::string wrong_method_text(std::string_view method) {
  return fmt::format("{} is not allowed; allowed methods: {}.\n", shown(method), allowed_methods);
}

}  // namespace telltale
