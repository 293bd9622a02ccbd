// The validated configuration, from which the rest of the program is built.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <telltale/check_type.hpp>

#include "config/check_options.hpp"
#include "config/settings.hpp"

namespace telltale {

struct check_config {
  check_settings settings;
  const check_type* type = nullptr;  ///< points into the check table, which lives as long as the program
  check_options options;             ///< those of the type
  source_location at;                ///< of the entry, for errors found later (a secret that cannot be read)
};

/// The locations of file names in the server section, for errors on reading the files.
struct server_places {
  source_location token;
  source_location cert;
  source_location key;
};

struct config {
  server_settings server;
  server_places server_at;
  std::vector<check_config> checks;  ///< in the order written; names are unique
  bool ready_without_checks = false;
  bool watch = false;          ///< reload when the text changes
  std::uint64_t hash = 0;      ///< `text_hash` of the text
  std::vector<problem> hints;  ///< advice about what is valid, sorted by location; at most 100 and a count of the rest
  std::string source;          ///< file name for messages: "telltale.yaml", "<stdin>", "<built-in>"
};

/// A rejected configuration: every problem, and the text for printing them.
struct config_errors {
  std::string source;
  std::string text;
  std::vector<problem> list;  ///< sorted by location, never empty; at most the first 100 and a count of the rest
};

/// Looks a variable up; empty when it is not set. The program passes getenv.
using environment = std::function<std::optional<std::string>(std::string_view name)>;

using config_result = std::variant<config, config_errors>;

/// Parses YAML text. Pure: accesses no file, network or global state.
config_result parse_config(std::string text, std::string source, const check_table&, const environment&);

/// Reads the file ("-" is standard input): a regular file of at most 1 MiB, opened without blocking. When `path` is
/// empty: /etc/telltale/telltale.yaml if it exists, else the built-in configuration (a disk check on `/`).
config_result load_config(const std::string& path, const check_table&, const environment&);

/// The environment of the process.
environment process_environment();

}  // namespace telltale
