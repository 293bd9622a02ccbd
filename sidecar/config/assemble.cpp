// Builds sections and check entries, and validates them together.
#include "config/assemble.hpp"

#include <algorithm>
#include <unordered_map>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "config/check_hints.hpp"
#include "config/check_rules.hpp"
#include "config/server_section.hpp"

namespace telltale {
namespace {

/// Validation stops at this number of problems.
constexpr std::size_t max_problems = 200;

class assembler {
 public:
  assembler(const check_table& table, problems& errors, problems& hints)
      : table_(table), errors_(errors), hints_(hints) {}

  config run(raw_value root);

 private:
  void take_server(const raw_value&);
  void take_defaults(const raw_value&);
  void take_checks(raw_value&, bool empty_allowed);
  void take_check(raw_value entry, std::string_view added_by = {});
  void take_added(const raw_value& common, added_check);
  const check_type* type_of(const raw_value& entry);
  check_settings initial_for(const check_type*) const;
  std::vector<std::string_view> options_of_all_types() const;
  bool is_common(std::string_view key, const check_type*) const;
  void look_for_slips(const raw_value& own);
  void check_unique(const raw_value& entry, std::string_view added_by);

  const check_table& table_;
  problems& errors_;
  problems& hints_;
  config out_;
  check_settings initial_;
  const raw_value* defaults_ = nullptr;
  const std::vector<std::string_view> common_ = check_settings::declared_for_check().names();
  std::unordered_map<std::string, std::string> places_of_names_;  ///< "line 7", for messages
};

config assembler::run(raw_value root) {
  if (root.kind != raw_value::kind_t::map) {
    errors_.add(root.at,
                fmt::format("the configuration has to be a map with the keys {}", fmt::join(top_level_keys, ", ")));
    return {};
  }
  const auto before = errors_.size();
  detail::check_keys(root, {std::begin(top_level_keys), std::end(top_level_keys)}, {}, {}, errors_);
  const bool keys_known = errors_.size() == before;
  if (const auto* server = root.find("server")) take_server(*server);
  if (const auto* defaults = root.find("defaults")) take_defaults(*defaults);
  bool empty_allowed = !keys_known;  // after 'chekcs' do not report 'checks' as missing
  if (const auto* written = root.find("ready_without_checks")) {
    const auto allowed = option_traits<bool>::parse(*written, "ready_without_checks", errors_);
    out_.ready_without_checks = allowed.value_or(false);
    empty_allowed |= allowed.value_or(true);  // a bad value has already been reported
  }
  if (const auto* written = root.find("watch"))
    out_.watch = option_traits<bool>::parse(*written, "watch", errors_).value_or(false);
  for (auto& member : root.members)
    if (member.key == "checks") take_checks(member.value, empty_allowed);
  if (!root.find("checks") && !empty_allowed)
    errors_.add(root.at, "'checks' is missing - list at least one check, or set ready_without_checks: true");
  return std::move(out_);
}

void assembler::take_server(const raw_value& server) {
  out_.server = server_settings_of(server, errors_);
  if (const auto* token = server.find("token")) out_.server_at.token = token->at;
  if (const auto* tls = server.find("tls")) {
    if (const auto* cert = tls->find("cert")) out_.server_at.cert = cert->at;
    if (const auto* key = tls->find("key")) out_.server_at.key = key->at;
  }
}

void assembler::take_defaults(const raw_value& defaults) {
  const auto before = errors_.size();
  if (defaults.kind != raw_value::kind_t::map)
    return detail::wrong_value(defaults, "defaults", "a map of options such as {interval: 10s, timeout: 2s}", errors_);
  auto parsed = check_settings::declared_for_defaults().parse(defaults, errors_);
  if (errors_.size() != before) return;  // checks are validated without invalid defaults
  initial_ = std::move(parsed);
  defaults_ = &defaults;
}

void assembler::take_checks(raw_value& checks, bool empty_allowed) {
  const bool nothing = checks.kind == raw_value::kind_t::null;
  if (!nothing && checks.kind != raw_value::kind_t::list)
    return detail::wrong_value(checks, "checks", "a list of checks, each starting with '- name: ...'", errors_);
  if (checks.items.empty() && !empty_allowed)
    errors_.add(checks.at, "checks: there is none - list at least one check, or set ready_without_checks: true");
  out_.checks.reserve(checks.items.size());
  for (auto& entry : checks.items)
    if (errors_.size() < max_problems) take_check(std::move(entry));
}

/// `added_by`: the option of an earlier entry that adds this one; empty for an entry of the list.
void assembler::take_check(raw_value entry, std::string_view added_by) {
  if (entry.kind != raw_value::kind_t::map)
    return detail::wrong_value(entry, "checks", "a map such as {name: data, type: disk, path: /data}", errors_);
  const auto* type = type_of(entry);
  check_unique(entry, added_by);
  auto common = raw_value::map({}, entry.at);
  auto own = raw_value::map({}, entry.at);
  for (auto& member : entry.members) (is_common(member.key, type) ? common : own).members.push_back(std::move(member));
  const auto before = errors_.size();
  auto settings = check_settings::declared_for_check().parse(common, errors_, initial_for(type));
  if (errors_.size() == before) check_rules(settings, common, defaults_, errors_);
  if (type) type->validate(own, errors_, common_);
  else look_for_slips(own);
  const bool valid = type && errors_.size() == before;
  if (valid) add_hints(settings, common, *type, own, hints_);
  auto added = valid && type->added_checks ? type->added_checks(own) : std::vector<added_check>{};
  for (const auto& one : added)
    std::erase_if(own.members, [&](const raw_member& member) { return member.key == one.option; });
  out_.checks.push_back({std::move(settings), type, std::move(own), entry.at});
  for (auto& one : added) take_added(common, std::move(one));
}

/// Takes an added check like an entry of the list.
void assembler::take_added(const raw_value& common, added_check added) {
  auto& entry = added.entry;
  auto name = *common.find("name");
  name.at = entry.at;
  name.text += '-' + added.option;
  entry.members.push_back({"name", entry.at, std::move(name)});
  entry.members.push_back({"type", entry.at, raw_value::scalar(added.type, entry.at)});
  for (const auto* inherited : {"gates", "severity", "scope"})
    if (const auto* value = common.find(inherited)) entry.members.push_back({inherited, value->at, *value});
  take_check(std::move(entry), added.option);
}

std::vector<std::string_view> assembler::options_of_all_types() const {
  std::vector<std::string_view> out;
  for (const auto& type : table_)
    for (const auto& option : type.options) out.push_back(option.name);
  return out;
}

/// Whether the key is a common option or a typo of one; it is then validated with the common options.
bool assembler::is_common(std::string_view key, const check_type* type) const {
  const auto among_common = [this](std::string_view one) {
    return std::find(common_.begin(), common_.end(), one) != common_.end();
  };
  if (among_common(key)) return true;
  auto known = type ? std::vector<std::string_view>{} : options_of_all_types();
  if (type)
    for (const auto& option : type->options) known.push_back(option.name);
  if (std::find(known.begin(), known.end(), key) != known.end()) return false;
  known.insert(known.begin(), common_.begin(), common_.end());
  return among_common(nearest(key, known));
}

const check_type* assembler::type_of(const raw_value& entry) {
  const auto* value = entry.find("type");
  if (!value || value->kind != raw_value::kind_t::scalar) return nullptr;  // the declaration reports the error
  if (const auto* type = find_type(table_, value->text)) return type;
  std::vector<std::string_view> names;
  for (const auto& type : table_) names.push_back(type.name);
  const auto meant = value->expanded ? std::string() : suggestion(value->text, names);
  errors_.add(value->at, fmt::format("type: unknown check type {}{} Known types: {}", value->shown(),
                                     meant.empty() ? "." : meant, fmt::join(names, ", ")));
  return nullptr;
}

/// The defaults of a check of this type: those of the configuration, then those of the type. An interval that is meant
/// for quick checks would make a slow one run all the time.
check_settings assembler::initial_for(const check_type* type) const {
  auto out = initial_;
  if (!type) return out;
  const bool slow = type->cadence.slow;
  const auto is_written = [&](std::string_view key) { return !slow && defaults_ && defaults_->find(key); };
  if (!is_written("interval")) out.interval = type->cadence.interval;
  if (!is_written("timeout")) out.timeout = type->cadence.timeout;
  if (slow) out.failing_interval = out.max_age = std::nullopt;
  return out;
}

/// Without a type the valid options are unknown, but 'typ' is a typo for every type.
void assembler::look_for_slips(const raw_value& own) {
  auto known = options_of_all_types();
  known.insert(known.begin(), common_.begin(), common_.end());
  for (const auto& member : own.members) {
    const bool is_known = std::find(known.begin(), known.end(), member.key) != known.end();
    const auto meant = is_known ? std::string() : suggestion(member.key, known);
    if (!meant.empty())
      errors_.add(member.at, fmt::format("unknown option {}{}", raw_value::scalar(member.key).shown(), meant));
  }
}

void assembler::check_unique(const raw_value& entry, std::string_view added_by) {
  const auto* name = entry.find("name");
  if (!name || name->kind != raw_value::kind_t::scalar) return;
  auto place = added_by.empty() ? fmt::format("in line {}", name->at.line)
                                : fmt::format("that {} in line {} adds", added_by, name->at.line);
  const auto [first, fresh] = places_of_names_.emplace(name->text, std::move(place));
  if (!fresh)
    errors_.add(name->at, fmt::format("{}: {} is already the name of the check {} - names are unique",
                                      added_by.empty() ? "name" : added_by, name->shown(), first->second));
}

}  // namespace

config assemble_config(raw_value root, const check_table& table, problems& errors, problems& hints) {
  return assembler(table, errors, hints).run(std::move(root));
}

}  // namespace telltale
