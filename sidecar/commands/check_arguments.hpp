// Derives command-line options from the declared options of a check type, so that both are always the same.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <telltale/check_type.hpp>

#include "commands/command_line_parser.hpp"

namespace telltale {

/// One option: `ca_file` becomes `--ca-file FILE`, the member `user` of the group `basic` becomes `--basic-user`. A
/// list is repeatable. A map is repeatable and in the singular: `headers` becomes `--header NAME=VALUE`, or "NAME:
/// VALUE". A value that may be a secret is written env:NAME or file:/path. A limit is its `fail` bound.
struct check_argument {
  std::string flag;
  std::vector<std::string> path;  ///< names of the groups and of the option, outermost first
  option_shape shape;
  std::string doc;
  std::vector<std::string> words;  ///< as given, set by the parser
  bool is_set = false;             ///< set by the parser for a boolean

  /// The parser sets the members of this object, which must outlive it.
  void add_to(command_line_parser&);
  bool is_given() const { return is_set || !words.empty(); }
};

/// Of every option but this one.
std::vector<check_argument> check_arguments_of(const check_type&, std::string_view except);

/// The options that were given, as the map of a configuration. Throws usage_error for a value without a name, and for
/// a name given twice. The check type validates the values.
raw_value options_map(const std::vector<check_argument>&);

}  // namespace telltale
