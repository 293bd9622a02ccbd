// Texts of --help and --version.
#pragma once

#include <array>
#include <string>
#include <string_view>

namespace telltale {

struct command_help {
  std::string_view name;
  std::string_view summary;  ///< one line, for the list of commands
  std::string_view footer;   ///< examples and exit codes, shown after the options
};

inline constexpr std::size_t command_count = 7;
extern const std::array<command_help, command_count> commands_help;

const command_help& help_of(std::string_view command);

std::string program_help();
std::string version_text();

}  // namespace telltale
