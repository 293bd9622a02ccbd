// The option `integrity`, by which a check adds one of type sqlite_integrity.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include <telltale/check_type.hpp>
#include <telltale/option_group.hpp>

namespace telltale::sqlite {

/// The default cadence of checks of type sqlite_integrity.
inline constexpr default_cadence integrity_cadence{std::chrono::hours(6), std::chrono::minutes(1), true};

struct integrity_options {
  std::chrono::milliseconds every = integrity_cadence.interval;
  std::chrono::milliseconds timeout = integrity_cadence.timeout;

  void validate(source_location at, problems& errors) const;
  static options_of<integrity_options> declared();
};

/// The check that `integrity` adds for the file `path`, both of which are in the map `written`.
added_check added_integrity(const integrity_options&, const raw_value& written);

/// Adds an option of `written`, if it is there, to an entry under the name that it has in an added check.
void take_option(raw_value& entry, const raw_value& written, std::string_view option, std::string_view name);
/// Adds an option with this value to an entry, at the entry's location.
void put_option(raw_value& entry, std::string_view name, std::string text);

}  // namespace telltale::sqlite
