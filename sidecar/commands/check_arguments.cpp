// Maps option shapes to flags, and words to raw values.
#include "commands/check_arguments.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace telltale {
namespace {

constexpr std::string_view file_source = "file:";
constexpr std::string_view env_source = "env:";

std::string flag_of(const std::vector<std::string>& path, option_kind kind) {
  auto out = fmt::format("--{}", fmt::join(path, "-"));
  std::replace(out.begin(), out.end(), '_', '-');
  if (kind == option_kind::map && out.ends_with('s')) out.pop_back();
  return out;
}

bool may_be_secret(const option_shape& shape) {
  return shape.kind == option_kind::secret || (shape.kind == option_kind::text && !shape.element.empty());
}

std::string type_of(const option_shape& shape) {
  switch (shape.kind) {
    case option_kind::path:
      return "FILE";
    case option_kind::duration:
      return "DURATION";
    case option_kind::size:
      return "SIZE";
    case option_kind::percentage:
      return "PERCENT";
    case option_kind::count:
    case option_kind::number:
      return "NUMBER";
    case option_kind::choice:
      return fmt::format("{}", fmt::join(shape.choices, "|"));
    case option_kind::secret:
      return "env:NAME|file:PATH";
    case option_kind::map:
      return "NAME=VALUE";
    case option_kind::list:
    case option_kind::upper_limit:
    case option_kind::lower_limit:
      return type_of(shape.element.front());
    default:
      return "TEXT";
  }
}

void collect(const std::vector<option_info>& options, const std::vector<std::string>& groups, std::string_view except,
             std::vector<check_argument>& out) {
  for (const auto& option : options) {
    if (option.name == except) continue;
    auto path = groups;
    path.push_back(option.name);
    if (option.shape.kind == option_kind::group) collect(option.shape.members, path, {}, out);
    else out.push_back({flag_of(path, option.shape.kind), path, option.shape, option.doc, {}});
  }
}

raw_value single(const option_shape& shape, std::string_view word) {
  if (may_be_secret(shape))
    for (const auto source : {file_source, env_source})
      if (word.starts_with(source)) {
        const std::string key(source.substr(0, source.size() - 1));
        return raw_value::map({{key, {}, raw_value::scalar(std::string(word.substr(source.size())))}});
      }
  return raw_value::scalar(std::string(word));
}

raw_member named_value(const check_argument& from, std::string_view word) {
  const auto equals = word.find('=');
  const auto colon = word.find(": ");
  const auto end = std::min(equals, colon);
  if (end == std::string_view::npos || end == 0)
    throw usage_error{fmt::format("{}: expected NAME=VALUE or \"NAME: VALUE\"", from.flag)};
  const auto value = word.substr(end + (equals < colon ? 1 : 2));
  return {std::string(word.substr(0, end)), {}, single(from.shape.element.front(), value)};
}

raw_value value_of(const check_argument& from) {
  switch (from.shape.kind) {
    case option_kind::boolean:
      return raw_value::scalar("true");
    case option_kind::map: {
      auto out = raw_value::map({});
      for (const auto& word : from.words) {
        auto member = named_value(from, word);
        if (out.find(member.key)) throw usage_error{fmt::format("{}: '{}' is given twice", from.flag, member.key)};
        out.members.push_back(std::move(member));
      }
      return out;
    }
    case option_kind::list: {
      auto out = raw_value::list({});
      for (const auto& word : from.words) out.items.push_back(single(from.shape.element.front(), word));
      return out;
    }
    default:
      return single(from.shape, from.words.front());
  }
}

raw_value& group_of(raw_value& root, const std::vector<std::string>& path) {
  auto* at = &root;
  for (std::size_t i = 0; i + 1 < path.size(); ++i) {
    auto found = std::ranges::find(at->members, path[i], &raw_member::key);
    if (found == at->members.end()) found = at->members.insert(found, raw_member{path[i], {}, raw_value::map({})});
    at = &found->value;
  }
  return *at;
}

}  // namespace

void check_argument::add_to(command_line_parser& options) {
  const bool repeatable = shape.kind == option_kind::list || shape.kind == option_kind::map;
  if (shape.kind == option_kind::boolean) options.flag(flag, is_set, doc);
  else if (repeatable) options.repeated(flag, words, type_of(shape), doc);
  else options.once(flag, words, type_of(shape), doc);
}

std::vector<check_argument> check_arguments_of(const check_type& type, std::string_view except) {
  std::vector<check_argument> out;
  collect(type.options, {}, except, out);
  return out;
}

raw_value options_map(const std::vector<check_argument>& arguments) {
  auto out = raw_value::map({});
  for (const auto& one : arguments)
    if (one.is_given()) group_of(out, one.path).members.push_back({one.path.back(), {}, value_of(one)});
  return out;
}

}  // namespace telltale
