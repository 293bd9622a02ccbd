// Loads the given file, the installed file, or the built-in configuration.
#include "config/load_config.hpp"

#include <cstdlib>

#include "config/config_file.hpp"

namespace telltale {
namespace {

/// Works on every machine: every program needs free disk space.
constexpr const char* built_in = "checks:\n  - {name: root, type: disk, path: /}\n";

config_result failed(std::string source, std::string error) {
  return config_errors{std::move(source), {}, {{{}, std::move(error)}}};
}

}  // namespace

config_result take_config(config_file file, const std::string& path, const std::string& default_path,
                          const check_table& table, const environment& env) {
  if (path.empty() && file.missing) return parse_config(built_in, built_in_source, table, env);
  auto source = path == "-" ? std::string("<stdin>") : path.empty() ? default_path : path;
  if (!file.error.empty()) return failed(std::move(source), std::move(file.error));
  return parse_config(std::move(file.text), std::move(source), table, env);
}

config_result load_config_or_default(const std::string& path, const std::string& default_path, const check_table& table,
                                     const environment& env) {
  return take_config(read_config_file(path.empty() ? default_path : path), path, default_path, table, env);
}

config_result load_config(const std::string& path, const check_table& table, const environment& env) {
  return load_config_or_default(path, installed_config_path, table, env);
}

environment process_environment() {
  return [](std::string_view name) -> std::optional<std::string> {
    const char* value = std::getenv(std::string(name).c_str());
    return value ? std::optional<std::string>(value) : std::nullopt;
  };
}

}  // namespace telltale
