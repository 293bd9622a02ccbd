// The configuration after every rule has been applied: what the rest of the program is built from.
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
  check_options options;             ///< the type's own
  place at;                          ///< of the entry, for errors found later (a secret that cannot be read)
};

/// Where the server section names files, for errors found when they are read.
struct server_places {
  place token;
  place cert;
  place key;
};

struct config {
  server_settings server;
  server_places server_at;
  std::vector<check_config> checks;  ///< in the order written; names are unique
  bool ready_without_checks = false;
  bool watch = false;      ///< reload when the text changes
  std::uint64_t hash = 0;  ///< `text_hash` of the text
  std::string source;      ///< file name for messages: "telltale.yaml", "<stdin>", "<built-in>"
};

/// Configuration text that was refused: every problem, with what is needed to print it.
struct config_errors {
  std::string source;
  std::string text;
  std::vector<problem> list;  ///< sorted by place, never empty; of many, the first 100 and a count of the rest
};

/// Looks a variable up; nothing when it is not set. The program passes getenv.
using environment = std::function<std::optional<std::string>(std::string_view name)>;

using config_result = std::variant<config, config_errors>;

/// Reads YAML text. Pure: touches no file, network or global state, so the same text gives the same answer anywhere.
config_result parse_config(std::string text, std::string source, const check_table&, const environment&);

/// Reads the file ("-" is standard input): a regular file of at most 1 MiB, opened without blocking. When `path` is
/// empty: /etc/telltale/telltale.yaml if it exists, else the built-in configuration (a disk check on `/`).
config_result load_config(const std::string& path, const check_table&, const environment&);

/// The program's own environment.
environment process_environment();

}  // namespace telltale
