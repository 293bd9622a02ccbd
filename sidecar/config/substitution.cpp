// The substitution grammar; no value of a variable is ever part of a message.
#include "config/substitution.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/ascii.hpp"
#include "yaml/clean_text.hpp"
#include "yaml/value_places.hpp"

namespace telltale {
namespace {

// A few bytes of ${X} may stand for megabytes: the sum of all results is bounded like the file itself.
constexpr std::size_t max_expanded_bytes = 1024 * 1024;
constexpr std::size_t most_problems = 200;

bool is_name_start(char c) { return is_letter(c) || c == '_'; }
bool is_name_char(char c) { return is_name_start(c) || is_digit(c); }

std::string_view name_at(std::string_view text) {
  if (text.empty() || !is_name_start(text[0])) return {};
  return text.substr(0,
                     static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is_name_char) - text.begin()));
}

class substitution {
 public:
  substitution(const environment& env, problems& errors, const source_text* source)
      : env_(env), errors_(errors), source_(source) {}

  std::vector<place> spoiled;

  void visit(raw_value& value) {
    const auto before = errors_.size();
    if (value.kind == raw_value::kind_t::scalar && value.text.find('$') != std::string::npos) expand(value);
    if (errors_.size() != before) spoiled.push_back(value.at);
    for (auto& item : value.items) visit(item);  // as deep as the reader lets a tree be
    for (auto& member : value.members) visit(member.value);
  }

 private:
  void expand(raw_value& value);
  std::size_t expand_braces(std::string_view body, place at, std::string& out);
  void put_variable(std::string_view name, std::string_view rest, place at, std::string& out);
  void put_found(std::string_view name, const std::string& found, place at, std::string& out);
  bool fits(std::size_t bytes, place at);

  const environment& env_;
  problems& errors_;
  const source_text* source_;
  std::size_t expanded_bytes_ = 0;
};

void substitution::expand(raw_value& value) {
  const std::string_view text = value.text;
  std::string out;
  bool expanded = false;
  value_places places(value, source_);
  for (std::size_t i = 0, taken = 0; i < text.size() && errors_.size() < most_problems; i += taken) {
    const auto rest = text.substr(i);
    taken = 1;
    if (rest.starts_with("$$")) {
      out += '$';
      taken = 2;
    } else if (rest.starts_with("${")) {
      taken = 2 + expand_braces(rest.substr(2), places.here(), out);
      expanded = true;
    } else {
      if (const auto name = rest[0] == '$' ? name_at(rest.substr(1)) : std::string_view{}; !name.empty())
        errors_.add(places.here(), fmt::format("write ${{{0}}} for the variable, or $${0} for a plain dollar sign",
                                               name.substr(0, 64)));
      out += rest[0];
    }
    places.pass(rest.substr(0, taken));
  }
  value.text = std::move(out);
  value.expanded = value.expanded || expanded;
}

/// What follows "${": puts what it stands for and says how much of `body` it took.
std::size_t substitution::expand_braces(std::string_view body, place at, std::string& out) {
  const auto close = body.find('}');
  if (close == std::string_view::npos) {
    errors_.add(at, "'${' without '}' - write ${NAME}, or $${ for the characters themselves");
    return body.size();
  }
  const auto inside = body.substr(0, close);
  if (inside.find("${") != std::string_view::npos) {
    errors_.add(at, "variables cannot be nested - give the inner one a plain default");
    return body.size();
  }
  const auto name = name_at(inside);
  const auto rest = inside.substr(name.size());
  if (name.empty() || !(rest.empty() || rest.starts_with(":-") || rest.starts_with(":?")))
    errors_.add(at, "expected ${NAME}, ${NAME:-default} or ${NAME:?message}; a name has letters, digits and '_'");
  else put_variable(name, rest, at, out);
  return close + 1;
}

void substitution::put_variable(std::string_view name, std::string_view rest, place at, std::string& out) {
  if (expanded_bytes_ > max_expanded_bytes) return;
  const auto found = env_ ? env_(name) : std::nullopt;
  if (found && (!found->empty() || rest.empty())) return put_found(name, *found, at, out);
  if (rest.starts_with(":-")) {
    if (fits(rest.size() - 2, at)) out += rest.substr(2);
    return;
  }
  const auto shown = name.substr(0, 64);
  if (rest.size() > 2)
    errors_.add(at, fmt::format("variable {} is {}: {}", shown, found ? "empty" : "not set", rest.substr(2, 200)));
  else if (rest.starts_with(":?"))
    errors_.add(at, fmt::format("variable {} is {}", shown, found ? "empty" : "not set"));
  else errors_.add(at, fmt::format("variable {0} is not set - set it, or give a default: ${{{0}:-value}}", shown));
}

void substitution::put_found(std::string_view name, const std::string& found, place at, std::string& out) {
  if (!fits(found.size(), at)) return;
  if (found.find('\n') != std::string::npos)
    return errors_.add(at, fmt::format("variable {} holds a line break", name.substr(0, 64)));
  if (auto why = unusable_text(found))
    return errors_.add(at, fmt::format("variable {} holds {}", name.substr(0, 64), *why));
  out += found;
}

bool substitution::fits(std::size_t bytes, place at) {
  expanded_bytes_ += bytes;
  if (expanded_bytes_ <= max_expanded_bytes) return true;
  errors_.add(at, "the variables of this configuration hold more than 1 MiB in sum");
  return false;
}

}  // namespace

std::vector<place> substitute_variables(raw_value& root, const environment& env, problems& errors,
                                        const source_text* source) {
  substitution run(env, errors, source);
  run.visit(root);
  return std::move(run.spoiled);
}

}  // namespace telltale
