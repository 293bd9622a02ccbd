// Parses the part of the configuration that commands for a running sidecar need.
#include "config/server_section.hpp"

#include <utility>

#include "config/check_rules.hpp"
#include "config/listen_address.hpp"
#include "config/substitution.hpp"
#include "yaml/clean_text.hpp"
#include "yaml/reader.hpp"

namespace telltale {
namespace {

server_settings section_of(const source_text& source, const environment& env, problems& errors) {
  auto root = read_yaml(source, errors);
  if (!root || !errors.empty()) return {};
  for (auto& member : root->members) {
    if (member.key != "server") continue;
    substitute_variables(member.value, env, errors, &source);
    if (errors.empty()) return server_settings_of(member.value, errors);
  }
  return {};
}

}  // namespace

server_settings server_settings_of(const raw_value& server, problems& errors) {
  const auto before = errors.size();
  auto out = option_traits<server_settings>::parse(server, "server", errors).value_or(server_settings{});
  if (errors.size() == before) check_rules(out, server, errors);
  for (auto& entry : out.listen) entry.address = numeric_listen_address(std::move(entry.address));
  return out;
}

std::variant<server_settings, config_errors> read_server_section(config_file file, std::string source,
                                                                 const environment& env) {
  if (!file.error.empty()) return config_errors{std::move(source), {}, {{{}, std::move(file.error)}}};
  problems errors;
  auto clean = clean_text(file.text, errors);
  if (!clean) return config_errors{std::move(source), std::move(file.text), errors.list()};
  const source_text text(std::move(*clean));
  auto out = section_of(text, env, errors);
  if (errors.empty()) return out;
  return config_errors{std::move(source), text.text(), errors.list()};
}

}  // namespace telltale
