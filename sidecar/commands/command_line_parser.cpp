// Implements the parser of one command's arguments. Only this file uses CLI11.
#include "commands/command_line_parser.hpp"

#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <telltale/raw_value.hpp>
#include <telltale/units.hpp>

#include "commands/help_text.hpp"
#include "results/text_table.hpp"

namespace telltale {

namespace {

using words_t = std::vector<std::string>;

/// CLI11 indents the lines of a description, but does not wrap them.
std::string lines(const std::string& doc) {
  constexpr std::size_t page = 120, names = 30;
  auto out = wrapped(doc, 0, page - names);
  while (out.ends_with('\n')) out.pop_back();
  return out;
}

}  // namespace

std::vector<std::string_view> command_names() {
  std::vector<std::string_view> out;
  for (const auto& help : commands_help) out.push_back(help.name);
  return out;
}

bool is_command(std::string_view word) {
  const auto names = command_names();
  return std::find(names.begin(), names.end(), word) != names.end();
}

command_line_parser::command_line_parser(std::string_view command)
    : app_(std::make_unique<CLI::App>(std::string(help_of(command).summary), fmt::format("telltale {}", command))) {
  app_->set_help_flag("-h,--help", "show this help");
  app_->footer("\n" + std::string(help_of(command).footer));
  app_->allow_extras();
}

command_line_parser::~command_line_parser() = default;

void command_line_parser::heading(std::string text) { heading_ = std::move(text); }

CLI::Option& command_line_parser::under_heading(CLI::Option* option) const {
  if (!heading_.empty()) option->group(heading_);
  return *option;
}

void command_line_parser::flag(const std::string& name, bool& into, const std::string& doc) {
  under_heading(app_->add_flag(name, into, lines(doc)));
}

void command_line_parser::text(const std::string& name, std::string& into, const std::string& type,
                               const std::string& doc) {
  under_heading(app_->add_option(name, into, lines(doc))).type_name(type);
}

void command_line_parser::once(const std::string& name, words_t& into, const std::string& type,
                               const std::string& doc) {
  auto set = [&into](const std::string& word) { into.push_back(word); };
  under_heading(app_->add_option_function<std::string>(name, std::move(set), lines(doc))).type_name(type);
}

void command_line_parser::repeated(const std::string& name, words_t& into, const std::string& type,
                                   const std::string& doc) {
  under_heading(app_->add_option(name, into, lines(doc))).type_name(type)->allow_extra_args(false);
}

void command_line_parser::rest(const std::string& name, words_t& into, const std::string& doc) {
  under_heading(app_->add_option(name, into, lines(doc))).type_name("");
}

void command_line_parser::index(const std::string& name, std::vector<std::string_view> names,
                                std::function<void(std::size_t)> set, const std::string& doc) {
  const auto type = fmt::format("{}", fmt::join(names, "|"));
  auto find = [names = std::move(names), set = std::move(set), name](const std::string& word) {
    const auto it = std::find(names.begin(), names.end(), word);
    if (it == names.end())
      throw usage_error{fmt::format("{}: expected one of {}, not '{}'{}", name, fmt::join(names, ", "), word,
                                    suggestion(word, names))};
    set(static_cast<std::size_t>(it - names.begin()));
  };
  under_heading(app_->add_option_function<std::string>(name, std::move(find), lines(doc))).type_name(type);
}

void command_line_parser::duration(const std::string& name, std::chrono::milliseconds& into, const std::string& doc) {
  auto set = [&into, name](const std::string& word) {
    const auto parsed = parse_duration(word);
    if (!parsed || parsed->count() == 0)
      throw usage_error{fmt::format("{}: expected a duration such as 500ms or 10s, not '{}'", name, word)};
    into = *parsed;
  };
  under_heading(app_->add_option_function<std::string>(name, std::move(set), lines(doc))).type_name("DURATION");
}

std::optional<std::string> command_line_parser::parse(words_t words) {
  std::reverse(words.begin(), words.end());  // CLI11 expects them in reverse order
  try {
    app_->parse(words);
  } catch (const CLI::CallForHelp&) {
    return app_->help();
  } catch (const CLI::ParseError& error) {
    throw usage_error{error.what()};
  }
  refuse_unknown(app_->remaining());
  return std::nullopt;
}

void command_line_parser::refuse_unknown(const words_t& unknown) const {
  if (unknown.empty()) return;
  auto it = std::find_if(unknown.begin(), unknown.end(), [](const auto& word) { return word.starts_with('-'); });
  const auto word = it == unknown.end() ? unknown.front() : it->substr(0, it->find('='));
  if (it != unknown.end()) throw usage_error{fmt::format("unknown option '{}'{}", word, nearest_option(word))};
  if (is_command(word)) throw usage_error{fmt::format("the command must come first: telltale {} ...", word)};
  throw usage_error{fmt::format("unexpected argument '{}'", word)};
}

std::string command_line_parser::nearest_option(std::string_view word) const {
  words_t names;
  for (const auto* option : app_->get_options())
    for (const auto& name : option->get_lnames()) names.push_back("--" + name);
  return suggestion(word, {names.begin(), names.end()});
}

}  // namespace telltale
