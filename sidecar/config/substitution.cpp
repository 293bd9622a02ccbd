// Implements the substitution grammar; messages never contain the value of a variable.
#include "config/substitution.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "base/ascii.hpp"
#include "yaml/clean_text.hpp"
#include "yaml/scalar.hpp"

namespace telltale {
namespace {

// A few bytes of ${X} may expand to megabytes, so the total size is bounded like that of the file.
constexpr std::size_t max_expanded_bytes = 1024 * 1024;
constexpr std::size_t most_problems = 200;
// The location of each is counted from the start of its value, which may be a megabyte long.
constexpr std::size_t most_problems_in_value = 20;

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

  std::vector<source_location> spoiled;

  void visit(raw_value& value) {
    const auto before = errors_.size();
    if (value.kind == raw_value::kind_t::scalar && value.text.find('$') != std::string::npos) expand(value);
    if (errors_.size() != before) spoiled.push_back(value.at);
    for (auto& item : value.items) visit(item);  // the reader bounds the depth
    for (auto& member : value.members) visit(member.value);
  }

 private:
  void expand(raw_value& value);
  std::size_t expand_braces(std::string_view body, std::string& out);
  void put_variable(std::string_view name, std::string_view rest, std::string& out);
  void put_found(std::string_view name, const std::string& found, std::string& out);
  bool fits(std::size_t bytes);
  void report(std::string message);

  const environment& env_;
  problems& errors_;
  const source_text* source_;
  const raw_value* value_ = nullptr;  ///< the current value
  std::size_t offset_ = 0;
  std::optional<bool> spans_lines_;  ///< computed for the first error
  std::size_t expanded_bytes_ = 0;
};

void substitution::report(std::string message) {
  if (!spans_lines_) spans_lines_ = source_ && spans_lines(*value_, *source_);
  errors_.add(location_in(*value_, offset_, *spans_lines_ ? source_ : nullptr), std::move(message));
}

void substitution::expand(raw_value& value) {
  const std::string_view text = value.text;
  std::string out;
  bool expanded = false;
  value_ = &value;
  spans_lines_.reset();
  std::size_t taken = 0;
  const auto enough = std::min(most_problems, errors_.size() + most_problems_in_value);
  for (offset_ = 0; offset_ < text.size() && errors_.size() < enough; offset_ += taken) {
    const auto rest = text.substr(offset_);
    taken = 1;
    if (rest.starts_with("$$")) {
      out += '$';
      taken = 2;
    } else if (rest.starts_with("${")) {
      taken = 2 + expand_braces(rest.substr(2), out);
      expanded = true;
    } else {
      if (const auto name = rest[0] == '$' ? name_at(rest.substr(1)) : std::string_view{}; !name.empty())
        report(fmt::format("write ${{{0}}} for the variable, or $${0} for a plain dollar sign", name.substr(0, 64)));
      out += rest[0];
    }
  }
  value.text = std::move(out);
  value.expanded = value.expanded || expanded;
}

/// Parses the text after "${", appends its value and returns the number of bytes consumed from `body`.
std::size_t substitution::expand_braces(std::string_view body, std::string& out) {
  const auto close = body.find('}');
  if (close == std::string_view::npos) {
    report("'${' without '}' - write ${NAME}, or $${ for the characters themselves");
    return body.size();
  }
  const auto inside = body.substr(0, close);
  if (inside.find("${") != std::string_view::npos) {
    report("variables cannot be nested - give the inner one a plain default");
    return body.size();
  }
  const auto name = name_at(inside);
  const auto rest = inside.substr(name.size());
  if (name.empty() || !(rest.empty() || rest.starts_with(":-") || rest.starts_with(":?")))
    report("expected ${NAME}, ${NAME:-default} or ${NAME:?message}; a name has letters, digits and '_'");
  else put_variable(name, rest, out);
  return close + 1;
}

void substitution::put_variable(std::string_view name, std::string_view rest, std::string& out) {
  if (expanded_bytes_ > max_expanded_bytes) return;
  const auto found = env_ ? env_(name) : std::nullopt;
  if (found && (!found->empty() || rest.empty())) return put_found(name, *found, out);
  if (rest.starts_with(":-")) {
    if (fits(rest.size() - 2)) out += rest.substr(2);
    return;
  }
  const auto shown = name.substr(0, 64);
  if (rest.size() > 2)
    report(fmt::format("variable {} is {}: {}", shown, found ? "empty" : "not set", rest.substr(2, 200)));
  else if (rest.starts_with(":?")) report(fmt::format("variable {} is {}", shown, found ? "empty" : "not set"));
  else report(fmt::format("variable {0} is not set - set it, or give a default: ${{{0}:-value}}", shown));
}

void substitution::put_found(std::string_view name, const std::string& found, std::string& out) {
  if (!fits(found.size())) return;
  if (found.find('\n') != std::string::npos)
    return report(fmt::format("variable {} holds a line break", name.substr(0, 64)));
  if (auto why = unusable_text(found)) return report(fmt::format("variable {} holds {}", name.substr(0, 64), *why));
  out += found;
}

bool substitution::fits(std::size_t bytes) {
  expanded_bytes_ += bytes;
  if (expanded_bytes_ <= max_expanded_bytes) return true;
  report("the variables of this configuration hold more than 1 MiB in sum");
  return false;
}

}  // namespace

std::vector<source_location> substitute_variables(raw_value& root, const environment& env, problems& errors,
                                                  const source_text* source) {
  substitution run(env, errors, source);
  run.visit(root);
  return std::move(run.spoiled);
}

}  // namespace telltale
