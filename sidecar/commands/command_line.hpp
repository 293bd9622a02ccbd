// The arguments of the program as values: what to do, with which options. CLI11 stays behind this pair of files.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "commands/command_result.hpp"
#include "config/settings.hpp"
#include "log/log.hpp"

namespace telltale {

/// How `telltale check` shows what it found.
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
};

/// Which sidecar to ask, and what.
struct gate_question {
  telltale::gate gate = gate::ready;
  std::string url;                    ///< empty: from the configuration, the environment or the default
  std::optional<std::string> config;  ///< asks where this file says the sidecar listens
};

struct healthcheck_command {
  gate_question question;
  std::chrono::milliseconds timeout{1'000};  ///< over everything; the kubelet's and Docker's own limits come later
};

struct wait_command {
  gate_question question;
  std::chrono::milliseconds timeout{60'000};
  std::chrono::milliseconds interval{500};
  std::vector<std::string> program;  ///< run when the gate has passed; may be empty
};

struct validate_command {
  std::vector<std::string> files;
  bool named_files = false;  ///< read what they name as well: certificates, keys, secrets
};

struct checks_command {
  std::string type;  ///< empty: all
  listing_format format = listing_format::text;
};

struct schema_command {};

/// `command_result` is the answer to --help, --version and to arguments that were not understood.
using command = std::variant<command_result, serve_command, check_command, healthcheck_command, wait_command,
                             validate_command, checks_command, schema_command>;

/// Pure. `arguments` are those after the program's name.
command parse_command_line(const std::vector<std::string>& arguments);

}  // namespace telltale
