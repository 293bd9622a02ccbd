// Validates check entries.
#include "config/check_rules.hpp"

#include <algorithm>
#include <initializer_list>
#include <set>

#include <fmt/format.h>

#include "base/ascii.hpp"
#include "yaml/clean_text.hpp"

namespace telltale {
namespace {

using namespace std::chrono_literals;

/// A shorter interval has no benefit: the scheduler's tick is 50 ms.
constexpr auto shortest_interval = 100ms;
constexpr auto shortest_timeout = 10ms;
constexpr double most_jitter = 50;
constexpr std::size_t longest_name = 63;

/// The locations of the values of one check.
class written {
 public:
  written(const raw_value& entry, const raw_value* defaults) : entry_(entry), defaults_(defaults) {}

  /// The location of the first of these keys that is present, in the check or else in the defaults.
  source_location at(std::initializer_list<std::string_view> keys) const {
    for (const auto* map : {&entry_, defaults_})
      for (auto key : keys)
        if (const auto* value = map ? map->find(key) : nullptr) return value->at;
    return entry_.at;
  }

 private:
  const raw_value& entry_;
  const raw_value* defaults_;
};

std::string too_short(std::string_view option, std::chrono::milliseconds value, std::chrono::milliseconds shortest) {
  return fmt::format("{}: {} is too short - use at least {}", option, to_text(value), to_text(shortest));
}

void check_cadence(const check_settings& s, const written& w, problems& errors) {
  if (s.interval < shortest_interval)
    errors.add(w.at({"interval"}), too_short("interval", s.interval, shortest_interval));
  if (s.timeout < shortest_timeout) errors.add(w.at({"timeout"}), too_short("timeout", s.timeout, shortest_timeout));
  else if (s.timeout >= s.interval)
    errors.add(w.at({"timeout", "interval"}),
               fmt::format("timeout: {} is not below interval {} - set both so that a run ends "
                           "before the next one is due",
                           to_text(s.timeout), to_text(s.interval)));
  if (s.failing_interval && *s.failing_interval < shortest_interval)
    errors.add(w.at({"failing_interval"}), too_short("failing_interval", *s.failing_interval, shortest_interval));
  if (s.failing_interval && *s.failing_interval > s.interval)
    errors.add(w.at({"failing_interval", "interval"}),
               fmt::format("failing_interval: {} is above interval {} - a failing check is run more often, not less",
                           to_text(*s.failing_interval), to_text(s.interval)));
  if (s.max_age && *s.max_age < s.interval + s.timeout)
    errors.add(w.at({"max_age", "interval", "timeout"}),
               fmt::format("max_age: {} is below interval plus timeout ({}) - results would go stale between two runs",
                           to_text(*s.max_age), to_text(s.interval + s.timeout)));
}

void check_thresholds(const check_settings& s, const written& w, problems& errors) {
  if (s.jitter.value > most_jitter)
    errors.add(w.at({"jitter"}),
               fmt::format("jitter: {} is too much - use at most {:.0f}%", to_text(s.jitter), most_jitter));
  for (const auto& [key, count] : {std::pair{"rise", s.rise}, std::pair{"fall", s.fall}})
    if (count < 1 || count > most_runs)
      errors.add(w.at({key}), fmt::format("{}: expected a number from 1 to {}, not {}", key, most_runs, count));
}

void check_gates(const check_settings& s, const raw_value& entry, problems& errors) {
  const auto* gates = entry.find("gates");
  std::set<std::string_view> seen;
  if (gates)
    for (const auto& item : gates->items)
      if (!seen.insert(item.text).second) errors.add(item.at, fmt::format("gates: '{}' is given twice", item.text));
  if (s.scope == scope::shared && s.feeds(gate::live))
    errors.add(gates ? gates->at : entry.at,
               "gates: a check of scope shared must not feed live - its failure would restart every replica at once");
}

void check_links(const raw_value& entry, problems& errors) {
  const auto* links = entry.find("links");
  if (!links) return;
  for (const auto& link : links->members) {
    const auto option = "links." + link.key;
    const std::string_view text = link.value.text;
    if (!text.starts_with("https://") && !text.starts_with("http://"))
      errors.add(link.value.at, option + ": expected a URL that starts with https:// or http://");
    else option_traits<url>::parse(link.value, option, errors);
    if (link.key.empty()) errors.add(link.at, "links: a link needs a name");
  }
}

void check_identity(const check_settings& s, const raw_value& entry, problems& errors) {
  if (const auto* name = entry.find("name"); name && !is_check_name(s.name))
    errors.add(name->at, fmt::format("name: {} does not name a check - use at most {} lower-case letters, digits, '_', "
                                     "'-' and '.', starting with a letter or digit",
                                     name->shown(), longest_name));
  std::size_t characters = 0;
  for (char c : *s.description) characters += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  if (characters > longest_description)
    errors.add(entry.find("description")->at,
               fmt::format("description: at most {} characters, this one has {}", longest_description, characters));
}

}  // namespace

bool is_check_name(std::string_view name) {
  const auto word = [](char c) { return is_letter_or_digit(c) && c == lower(c); };
  return !name.empty() && name.size() <= longest_name && word(name[0]) &&
         std::all_of(name.begin(), name.end(), [&](char c) { return word(c) || c == '_' || c == '-' || c == '.'; });
}

void check_rules(const check_settings& s, const raw_value& entry, const raw_value* defaults, problems& errors) {
  const written w(entry, defaults);
  check_identity(s, entry, errors);
  check_cadence(s, w, errors);
  check_thresholds(s, w, errors);
  check_gates(s, entry, errors);
  check_links(entry, errors);
}

}  // namespace telltale
