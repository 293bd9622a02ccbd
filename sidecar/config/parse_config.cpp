// Parses text to a configuration: runs all phases and collects their problems.
#include <algorithm>

#include <fmt/format.h>

#include "config/assemble.hpp"
#include "config/config.hpp"
#include "config/config_file.hpp"
#include "config/substitution.hpp"
#include "config/text_hash.hpp"
#include "yaml/clean_text.hpp"
#include "yaml/reader.hpp"

namespace telltale {
namespace {

constexpr std::size_t most_problems_shown = 100;

/// Adds the problems of a later phase, except for values with a problem of an earlier phase.
void add_unspoiled(const problems& found, const std::vector<source_location>& spoiled, std::vector<problem>& list) {
  for (const auto& problem : found.list())
    if (!std::binary_search(spoiled.begin(), spoiled.end(), problem.at)) list.push_back(problem);
}

std::vector<problem> in_order(std::vector<problem> list) {
  std::sort(list.begin(), list.end());
  list.erase(std::unique(list.begin(), list.end()), list.end());
  if (list.size() <= most_problems_shown) return list;
  const auto more = list.size() - most_problems_shown;
  list.resize(most_problems_shown);
  list.push_back({{}, fmt::format("and at least {} more problems", more)});
  return list;
}

config_result read_config(const source_text& source, std::string name, const check_table& table,
                          const environment& env) {
  problems early;
  problems late;
  problems hints;
  config out;
  std::vector<source_location> spoiled;
  if (auto root = read_yaml(source, early)) {
    for (const auto& problem : early.list()) spoiled.push_back(problem.at);
    const auto incomplete = substitute_variables(*root, env, early, &source);
    spoiled.insert(spoiled.end(), incomplete.begin(), incomplete.end());
    std::sort(spoiled.begin(), spoiled.end());
    if (root->kind == raw_value::kind_t::null)
      late.add({1, 1}, "the configuration is empty - it needs at least 'checks:' with one check");
    else out = assemble_config(std::move(*root), table, late, hints);
  }
  auto list = early.list();
  add_unspoiled(late, spoiled, list);
  if (!list.empty()) return config_errors{std::move(name), source.text(), in_order(std::move(list))};
  out.source = std::move(name);
  out.hints = in_order(hints.list());
  return out;
}

}  // namespace

config_result parse_config(std::string text, std::string source, const check_table& table, const environment& env) {
  problems errors;
  if (text.size() > max_config_bytes)
    return config_errors{std::move(source), {}, {{{}, fmt::format("larger than {}", max_config_words)}}};
  const auto hash = text_hash(text);
  auto clean = clean_text(text, errors);
  if (!clean) return config_errors{std::move(source), std::move(text), errors.list()};
  auto out = read_config(source_text(std::move(*clean)), std::move(source), table, env);
  if (auto* good = std::get_if<config>(&out)) good->hash = hash;
  return out;
}

}  // namespace telltale
