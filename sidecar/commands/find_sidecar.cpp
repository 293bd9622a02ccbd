// Implements the order of precedence documented in `telltale healthcheck --help`.
#include "commands/find_sidecar.hpp"

#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include "config/server_section.hpp"
#include "diagnostics/error_text.hpp"

namespace telltale {
namespace {

http_target with_origin(http_target target, std::string origin) {
  target.origin = std::move(origin);
  return target;
}

constexpr std::string_view override_hint = "; use --url, -c FILE or TELLTALE_URL to change it";

http_target named(std::string_view url, gate g, std::string_view source, std::string_view others) {
  try {
    return with_origin(parse_target(url, g), fmt::format("The address comes from {}{}", source, others));
  } catch (const std::runtime_error& error) {
    throw std::runtime_error(fmt::format("{}: {}", source, error.what()));
  }
}

http_target by_default(gate g, std::string_view why) {
  return with_origin(parse_target(default_url, g),
                     fmt::format("This is the default address, as {}{}", why, override_hint));
}

http_target configured(const gate_query& question, const environment& variables) {
  const auto& path = *question.config;
  auto section = read_server_section(read_config_file(path), path == "-" ? "<stdin>" : path, variables);
  if (const auto* errors = std::get_if<config_errors>(&section)) throw std::runtime_error(to_text(*errors));
  return with_origin(local_target(std::get<server_settings>(section), question.gate),
                     fmt::format("The address comes from {}", path));
}

/// The installed file may be invalid for `serve` while a sidecar with other settings is running.
http_target installed(gate g, const environment& variables, const std::string& path) {
  auto file = read_config_file(path);
  if (file.missing) return by_default(g, fmt::format("there is no {}", path));
  auto section = read_server_section(std::move(file), path, variables);
  if (const auto* errors = std::get_if<config_errors>(&section)) {
    const auto& first = errors->list.front();
    const auto line = first.at.line > 0 ? fmt::format(":{}:{}", first.at.line, first.at.column) : "";
    return by_default(g, fmt::format("{}{} cannot be used: {}", path, line, first.message));
  }
  return with_origin(local_target(std::get<server_settings>(section), g),
                     fmt::format("The address comes from {}{}", path, override_hint));
}

}  // namespace

http_target find_sidecar(const gate_query& question, const environment& variables, const std::string& installed_path) {
  if (!question.url.empty()) return named(question.url, question.gate, "--url", "");
  if (question.config) return configured(question, variables);
  const auto from_environment = variables("TELLTALE_URL");
  if (from_environment && !from_environment->empty())
    return named(*from_environment, question.gate, "TELLTALE_URL", "; use --url or -c FILE to change it");
  return installed(question.gate, variables, installed_path);
}

}  // namespace telltale
