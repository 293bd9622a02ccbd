// Declares the option `integrity` and converts it to an entry of its own.
#include "sqlite/integrity_option.hpp"

#include <utility>

namespace telltale::sqlite {
namespace {

using namespace std::chrono_literals;

/// Reading a whole database costs disk time and cache.
constexpr std::chrono::milliseconds min_every = 1s;
constexpr std::chrono::milliseconds min_timeout = 100ms;

/// `intact_age` of sqlite_integrity. A longer one is given in whole days: a reload keeps a check, and the damage that
/// it has found, only while its options are the same.
constexpr std::chrono::days default_age{1};

}  // namespace

options_of<integrity_options> integrity_options::declared() {
  return options_of<integrity_options>()
      .required("every", &integrity_options::every, "The `interval` of the added check.")
      .optional("timeout", &integrity_options::timeout, "The `timeout` of the added check.");
}

void integrity_options::validate(source_location at, problems& errors) const {
  if (timeout < min_timeout)
    errors.add(at, "integrity.timeout: " + to_text(timeout) + " is too short - use at least 100ms");
  if (every < min_every) errors.add(at, "integrity.every: " + to_text(every) + " is too short - use at least 1s");
  else if (timeout >= every)
    errors.add(at, "integrity.timeout: " + to_text(timeout) + " is not below integrity.every " + to_text(every) +
                       " - a run must end before the next one is due");
}

void take_option(raw_value& entry, const raw_value& written, std::string_view option, std::string_view name) {
  for (const auto& member : written.members)
    if (member.key == option) entry.members.push_back({std::string(name), member.at, member.value});
}

void put_option(raw_value& entry, std::string_view name, std::string text) {
  entry.members.push_back({std::string(name), entry.at, raw_value::scalar(std::move(text), entry.at)});
}

added_check added_integrity(const integrity_options& options, const raw_value& written) {
  const auto& group = *written.find("integrity");
  added_check out{"integrity", "sqlite_integrity", raw_value::map({}, group.at)};
  take_option(out.entry, group, "every", "interval");
  take_option(out.entry, group, "timeout", "timeout");
  take_option(out.entry, written, "path", "path");
  if (const auto days = std::chrono::ceil<std::chrono::days>(2 * options.every + options.timeout); days > default_age) {
    auto intact_age = raw_value::map({}, group.at);
    put_option(intact_age, "warn", to_text(std::chrono::milliseconds(days)));
    out.entry.members.push_back({"intact_age", group.at, std::move(intact_age)});
  }
  return out;
}

}  // namespace telltale::sqlite
