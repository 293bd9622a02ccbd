// Parses the program's arguments into a command and its options. Only the implementation uses CLI11.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <telltale/check_type.hpp>

#include "commands/command_result.hpp"
#include "config/settings.hpp"
#include "log/log.hpp"

namespace telltale {

enum class result_format : std::uint8_t { table, json, text, junit, nagios };
enum class color_mode : std::uint8_t { automatic, always, never };
enum class listing_format : std::uint8_t { text, json, markdown };

struct serve_command {
  std::string config;  ///< empty: the installed file, or the built-in configuration
  std::vector<std::string> listen;
  log_settings log;
};

struct check_command {
  std::string config;
  std::vector<std::string> names;  ///< empty: all
  result_format format = result_format::table;
  color_mode color = color_mode::automatic;
  std::chrono::milliseconds limit{0};  ///< try again for this long until it passes; 0: run once
};

/// The sidecar and gate to query.
struct gate_query {
  telltale::gate gate = gate::ready;
  std::string url;                    ///< empty: from the configuration, the environment or the default
  std::optional<std::string> config;  ///< query the address in this configuration file

  bool is_default() const { return gate == telltale::gate::ready && url.empty() && !config; }
};

struct healthcheck_command {
  gate_query question;
  std::optional<raw_value> http;             ///< options of the `http` check to run instead of the query
  std::chrono::milliseconds timeout{1'000};  ///< total; below the limits of the kubelet and Docker
};

struct wait_command {
  gate_query question;
  bool run = false;        ///< run the checks of `question.config` instead of querying a sidecar
  bool fail_fast = false;  ///< with `run`: give up on what does not heal by waiting
  std::chrono::milliseconds timeout{60'000};
  std::optional<std::chrono::milliseconds>
      interval;                      ///< between queries, or with `run` between runs of a failing check
  std::vector<std::string> program;  ///< run after the gate has passed; may be empty
};

struct validate_command {
  std::vector<std::string> files;
  bool named_files = false;  ///< also read the certificates, keys and secrets they name
};

struct checks_command {
  std::string type;  ///< empty: all
  listing_format format = listing_format::text;
};

struct schema_command {};

/// `command_result` is the response to --help, --version and invalid arguments.
using command = std::variant<command_result, serve_command, check_command, healthcheck_command, wait_command,
                             validate_command, checks_command, schema_command>;

/// Pure. `arguments` excludes the program's name. The table is built only for the options of `healthcheck --http`; null
/// is an empty one.
command parse_command_line(const std::vector<std::string>& arguments, check_table_source = nullptr);

}  // namespace telltale
