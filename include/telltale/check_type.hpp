// A check type's declaration: everything the program, the documentation and the schema know about it.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <telltale/check.hpp>
#include <telltale/option.hpp>

namespace telltale {

class async_check;

/// A measurement a check type may report.
struct measurement_info {
  std::string name;  ///< as in `measurement::name`; becomes the gauge `telltale_<type>_<name>`
  std::string doc;   ///< one sentence; becomes HELP
};

/// Interval and timeout of a type's checks when the configuration does not set them, and how they run.
struct default_cadence {
  std::chrono::milliseconds interval{10'000};
  std::chrono::milliseconds timeout{2'000};  ///< must be below the interval
  /// A run takes seconds or minutes and loads the machine, as reading a whole database does. Runs of slow checks happen
  /// one at a time, beside those of the others. A gate does not wait for the first one, a stall does not repeat it, and
  /// one that failed is repeated after ten times its duration (docs/decisions/038).
  bool slow = false;
};

/// A check that an option of another check adds, such as `integrity` of sqlite. Its name is that of the check, a hyphen
/// and the option. Its gates, severity and scope are those of the check. The check itself does not get the option.
struct added_check {
  std::string option;
  std::string type;
  raw_value entry;  ///< common options and options of the type, as if written at the location of the option
};

/// Describes a check type, besides its options. Each text is one sentence.
struct check_declaration {
  std::string name;     ///< `[a-z][a-z0-9_]*`, as in `type: disk`
  std::string summary;  ///< what it monitors
  std::string proves;   ///< what is known of the target when the check passes
  std::string does_not_prove;
  /// `componentType` of application/health+json (draft-inadarei-api-health-check-06, section 4.3).
  std::string component = "component";
  default_cadence cadence{};
  std::vector<measurement_info> measurements{};
};

/// Create it with `blocking_type` or `async_type`.
struct check_type : check_declaration {
  std::vector<option_info> options;

  /// Parses and validates the options without constructing a check; never accesses files or the network.
  std::function<void(const raw_value& options, problems&, const std::vector<std::string_view>& also_known)> validate;
  /// Adds a hint for each valid option that is probably not meant so; see `option_hint`. The options have passed
  /// `validate`. May be empty.
  std::function<void(const raw_value& options, problems& hints)> hints;
  /// One of the two is set, or both: then `make_async` makes the check, and `make_blocking` its part that may block
  /// (`async_context::part`). The options have passed `validate`. May throw std::runtime_error with a sentence (a
  /// secret or certificate that cannot be read).
  std::function<std::unique_ptr<blocking_check>(const raw_value& options)> make_blocking;
  std::function<std::shared_ptr<async_check>(const raw_value& options)> make_async;
  /// The checks that these options add. The options have passed `validate`. May be empty.
  std::function<std::vector<added_check>(const raw_value& options)> added_checks;
};

namespace detail {
// All functions of a type share one copy of the options, because every worker builds the whole table when it starts.
template <class Options>
using shared_options = std::shared_ptr<const options_of<Options>>;

/// The options of a check, which have been validated.
template <class Options>
Options read(const options_of<Options>& options, const raw_value& raw) {
  problems none;
  return options.parse(raw, none);
}

template <class Options>
check_type declare(check_declaration about, const shared_options<Options>& options) {
  check_type out{std::move(about), options->infos(), {}, {}, {}, {}, {}};
  out.validate = [options](const raw_value& raw, problems& errors, const std::vector<std::string_view>& also_known) {
    options->parse(raw, errors, {}, also_known);
  };
  out.hints = [options](const raw_value& raw, problems& hints) {
    for (auto& hint : options->hints(read(*options, raw))) {
      const auto* written = raw.find(hint.option);
      hints.add(written ? written->at : raw.at, std::move(hint.sentence));
    }
  };
  if constexpr (requires(const Options o, const raw_value& raw) { o.added_checks(raw); })
    out.added_checks = [options](const raw_value& raw) { return detail::read(*options, raw).added_checks(raw); };
  return out;
}
}  // namespace detail

/// Declares a check type whose checks are `Check(Options)`, a `blocking_check`; its options are `Options::declared()`:
///
///   check_type uptime() {
///     return blocking_type<uptime_check, uptime_options>({
///         .name = "uptime",
///         .summary = "Monitors how long the machine has been up.",
///         ...
///     });
///   }
template <class Check, class Options>
check_type blocking_type(check_declaration about) {
  const auto options = std::make_shared<const options_of<Options>>(Options::declared());
  auto out = detail::declare<Options>(std::move(about), options);
  out.make_blocking = [options](const raw_value& raw) { return std::make_unique<Check>(detail::read(*options, raw)); };
  return out;
}

/// Declares a check type whose checks are `Check(Options)`, an `async_check`; include async_check.hpp as well.
template <class Check, class Options>
check_type async_type(check_declaration about) {
  const auto options = std::make_shared<const options_of<Options>>(Options::declared());
  auto out = detail::declare<Options>(std::move(about), options);
  out.make_async = [options](const raw_value& raw) -> std::shared_ptr<async_check> {
    return std::make_shared<Check>(detail::read(*options, raw));
  };
  return out;
}

/// Declares a check type whose checks are `Check(Options)`, an `async_check`, with a part that may block:
/// `Part(Options)`, a `blocking_check`. The check runs it by `async_context::part`.
template <class Check, class Part, class Options>
check_type async_type_with_part(check_declaration about) {
  auto out = async_type<Check, Options>(std::move(about));
  const auto options = std::make_shared<const options_of<Options>>(Options::declared());
  out.make_blocking = [options](const raw_value& raw) { return std::make_unique<Part>(detail::read(*options, raw)); };
  return out;
}

/// Every check type of the program, in the order of their names. The table is generated by CMake from the list of
/// names (see checks/CMakeLists.txt); there is no self-registration for a linker to drop.
using check_table = std::vector<check_type>;

/// Returns the table. Commands call it on demand: `telltale healthcheck`, which is started often, does not need it.
using check_table_source = const check_table& (*)();

inline const check_type* find_type(const check_table& table, std::string_view name) {
  for (const auto& type : table)
    if (type.name == name) return &type;
  return nullptr;
}

}  // namespace telltale
