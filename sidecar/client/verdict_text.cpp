// Parses the text of render/check_line.cpp and render/render_text.cpp; tests/e2e/commands_test.py tests both together.
#include "client/verdict_text.hpp"

#include <algorithm>
#include <array>

namespace telltale {
namespace {

std::string_view without_query(std::string_view path) {
  path = path.substr(0, path.find('?'));
  return path.size() > 1 && path.ends_with('/') ? path.substr(0, path.size() - 1) : path;
}

bool ends_like_gate(std::string_view text) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  const auto last = text.substr(text.rfind('\n') + 1);
  return last.find(" check passed") != std::string_view::npos;
}

/// Parses the text of one check: a line with the state and a line with the settings.
std::optional<bool> check_verdict(std::string_view text) {
  const auto settings = text.substr(std::min(text.find('\n'), text.size()));
  if (!settings.starts_with("\n    type ") || settings.find(", severity ") == std::string_view::npos)
    return std::nullopt;
  if (text.starts_with("[+]") || text.starts_with("[!]")) return true;
  if (text.starts_with("[-]") || text.starts_with("[?]")) return false;
  return std::nullopt;
}

}  // namespace

std::optional<bool> verdict_in(std::string_view path, std::string_view text) {
  if (ends_like_gate(text)) return true;
  return without_query(path).starts_with("/checks/") ? check_verdict(text) : std::nullopt;
}

bool has_no_verdict(std::string_view path) {
  constexpr std::array<std::string_view, 3> paths{"/ping", "/metrics", "/checks"};
  return std::find(paths.begin(), paths.end(), without_query(path)) != paths.end();
}

}  // namespace telltale
