// Implements the command line with one CLI11 parser per command.
#include "commands/command_line.hpp"

#include <algorithm>
#include <memory>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "commands/help_text.hpp"
#include "results/exit_code.hpp"

namespace telltale {
namespace {

/// Invalid arguments: one line.
struct usage_error {
  std::string sentence;
};

using arguments = std::vector<std::string>;

std::vector<std::string_view> command_names() {
  std::vector<std::string_view> out;
  for (const auto& help : commands_help) out.push_back(help.name);
  return out;
}

bool is_command(std::string_view word) {
  const auto names = command_names();
  return std::find(names.begin(), names.end(), word) != names.end();
}

/// The parser of one command. Options are declared with the variable they set; `parse` sets them.
class parser {
 public:
  explicit parser(std::string_view command)
      : command_(command), app_(std::string(help_of(command).summary), "telltale " + std::string(command)) {
    app_.set_help_flag("-h,--help", "show this help");
    app_.footer("\n" + std::string(help_of(command).footer));
    app_.allow_extras();
  }

  void flag(const std::string& name, bool& into, const std::string& doc) { app_.add_flag(name, into, doc); }
  void text(const std::string& name, std::string& into, const std::string& type, const std::string& doc) {
    app_.add_option(name, into, doc)->type_name(type);
  }
  /// An option that may be repeated, with one value each.
  void repeated(const std::string& name, arguments& into, const std::string& type, const std::string& doc) {
    app_.add_option(name, into, doc)->type_name(type)->allow_extra_args(false);
  }
  void rest(const std::string& name, arguments& into, const std::string& doc) {
    app_.add_option(name, into, doc)->type_name("");
  }
  /// One of several words, in the order of the enumerators.
  template <class Enum, std::size_t N>
  void choice(const std::string& name, Enum& into, const std::array<std::string_view, N>& names,
              const std::string& doc) {
    auto set = [&into, &names, name](const std::string& word) {
      const auto it = std::find(names.begin(), names.end(), word);
      if (it == names.end())
        throw usage_error{fmt::format("{}: expected one of {}, not '{}'{}", name, fmt::join(names, ", "), word,
                                      suggestion(word, {names.begin(), names.end()}))};
      into = static_cast<Enum>(it - names.begin());
    };
    app_.add_option_function<std::string>(name, set, doc)->type_name(fmt::format("{}", fmt::join(names, "|")));
  }
  void duration(const std::string& name, std::chrono::milliseconds& into, const std::string& doc) {
    auto set = [&into, name](const std::string& word) {
      const auto parsed = parse_duration(word);
      if (!parsed || parsed->count() == 0)
        throw usage_error{fmt::format("{}: expected a duration such as 500ms or 10s, not '{}'", name, word)};
      into = *parsed;
    };
    app_.add_option_function<std::string>(name, set, doc)->type_name("DURATION");
  }

  /// Parses the arguments. Throws usage_error. Returns the help text when it was requested.
  std::optional<std::string> parse(arguments words) {
    std::reverse(words.begin(), words.end());  // CLI11 expects them in reverse order
    try {
      app_.parse(words);
    } catch (const CLI::CallForHelp&) {
      return app_.help();
    } catch (const CLI::ParseError& error) {
      throw usage_error{error.what()};
    }
    refuse_unknown(app_.remaining());
    return std::nullopt;
  }

 private:
  void refuse_unknown(const arguments& unknown) const {
    if (unknown.empty()) return;
    auto it = std::find_if(unknown.begin(), unknown.end(), [](const auto& word) { return word.starts_with('-'); });
    const auto word = it == unknown.end() ? unknown.front() : it->substr(0, it->find('='));
    if (it != unknown.end()) throw usage_error{fmt::format("unknown option '{}'{}", word, nearest_option(word))};
    if (is_command(word)) throw usage_error{fmt::format("the command must come first: telltale {} ...", word)};
    throw usage_error{fmt::format("unexpected argument '{}'", word)};
  }

  std::string nearest_option(std::string_view word) const {
    arguments names;
    for (const auto* option : app_.get_options())
      for (const auto& name : option->get_lnames()) names.push_back("--" + name);
    return suggestion(word, {names.begin(), names.end()});
  }

  std::string_view command_;
  CLI::App app_;
};

constexpr std::array<std::string_view, 2> log_format_names{"json", "text"};
constexpr std::array<std::string_view, 2> log_output_names{"stderr", "stdout"};
constexpr std::array<std::string_view, 4> log_level_names{"debug", "info", "warn", "error"};
constexpr std::array<std::string_view, 5> result_format_names{"table", "json", "text", "junit", "nagios"};
constexpr std::array<std::string_view, 3> color_names{"auto", "always", "never"};
constexpr std::array<std::string_view, 2> listing_names{"text", "json"};

const std::string config_doc = "configuration file; - is standard input (default /etc/telltale/telltale.yaml)";

command answer(std::string text) { return command_result{exit_ok, std::move(text), ""}; }

command parse_serve(const arguments& words) {
  serve_command out;
  parser options("serve");
  options.text("-c,--config", out.config, "FILE", config_doc);
  options.repeated("--listen", out.listen, "ADDRESS",
                   "HOST:PORT, [V6]:PORT or unix:/path; replaces server.listen; repeatable");
  options.choice("--log-format", out.log.format, log_format_names, "log format (default json)");
  options.choice("--log-level", out.log.least, log_level_names, "minimum log level (default info)");
  options.choice("--log-output", out.log.output, log_output_names, "log output (default stderr)");
  if (auto help = options.parse(words)) return answer(*help);
  return out;
}

command parse_check(const arguments& words) {
  check_command out;
  parser options("check");
  options.text("-c,--config", out.config, "FILE", config_doc);
  options.choice("--format", out.format, result_format_names, "output format (default table)");
  options.choice("--color", out.color, color_names, "colour the table (default auto: on a terminal without NO_COLOR)");
  options.rest("NAME", out.names, "names of the checks to run (default all)");
  if (auto help = options.parse(words)) return answer(*help);
  return out;
}

void add_question(parser& options, gate_query& question, std::string& config) {
  options.choice("--gate", question.gate, choices<gate>::names, "gate to query (default ready)");
  options.text("--url", question.url, "URL",
               "address of the sidecar: http://, https:// or unix:/path (default $TELLTALE_URL)");
  options.text("-c,--config", config, "FILE", "query the address in this configuration's server.listen");
}

void set_config(gate_query& question, std::string config) {
  if (config.empty()) return;
  if (!question.url.empty()) throw usage_error{"use --url or -c, not both"};
  question.config = std::move(config);
}

command parse_healthcheck(const arguments& words) {
  healthcheck_command out;
  std::string config;
  parser options("healthcheck");
  add_question(options, out.question, config);
  options.duration("--timeout", out.timeout, "total time limit (default 1s)");
  if (auto help = options.parse(words)) return answer(*help);
  set_config(out.question, std::move(config));
  return out;
}

command parse_wait(const arguments& words) {
  wait_command out;
  std::string config;
  parser options("wait");
  add_question(options, out.question, config);
  options.duration("--timeout", out.timeout, "time limit (default 60s)");
  options.duration("--interval", out.interval, "interval between queries (default 500ms)");
  // Arguments after `--` belong to the command, including options.
  const auto dashes = std::find(words.begin(), words.end(), "--");
  if (auto help = options.parse(arguments(words.begin(), dashes))) return answer(*help);
  set_config(out.question, std::move(config));
  if (dashes != words.end()) out.program.assign(dashes + 1, words.end());
  if (dashes != words.end() && out.program.empty()) throw usage_error{"missing command after --"};
  return out;
}

command parse_validate(const arguments& words) {
  validate_command out;
  parser options("validate");
  options.flag("--files", out.named_files, "also read the certificates, keys and secrets that serve reads");
  options.rest("FILE", out.files, "configuration files; - is standard input");
  if (auto help = options.parse(words)) return answer(*help);
  if (out.files.empty()) throw usage_error{"missing file name"};
  return out;
}

command parse_checks(const arguments& words) {
  checks_command out;
  bool markdown = false;
  arguments types;
  parser options("checks");
  options.choice("--format", out.format, listing_names, "output format (default text)");
  options.flag("--markdown", markdown, "print the complete reference page, docs/checks.md");
  options.rest("TYPE", types, "check type (default all)");
  if (auto help = options.parse(words)) return answer(*help);
  if (types.size() > 1) throw usage_error{"expected at most one check type"};
  if (!types.empty()) out.type = types.front();
  if (markdown && (!out.type.empty() || out.format != listing_format::text))
    throw usage_error{"--markdown cannot be combined with a type or --format"};
  if (markdown) out.format = listing_format::markdown;
  return out;
}

command parse_schema(const arguments& words) {
  parser options("schema");
  if (auto help = options.parse(words)) return answer(*help);
  return schema_command{};
}

command parse_command(std::string_view name, const arguments& words) {
  if (name == "check") return parse_check(words);
  if (name == "healthcheck") return parse_healthcheck(words);
  if (name == "wait") return parse_wait(words);
  if (name == "validate") return parse_validate(words);
  if (name == "checks") return parse_checks(words);
  if (name == "schema") return parse_schema(words);
  return parse_serve(words);
}

command refusal(std::string_view name, std::string_view sentence) {
  // Docker reserves exit code 2 for its health checks.
  const int code = name == "healthcheck" ? exit_unhealthy : exit_usage;
  return command_result{code, "",
                        fmt::format("telltale{}{}: {} (see telltale {}--help)\n", name.empty() ? "" : " ", name,
                                    sentence, name.empty() ? "" : std::string(name) + " ")};
}

bool asks_for(const arguments& words, std::string_view brief, std::string_view full) {
  return !words.empty() && (words.front() == brief || words.front() == full);
}

}  // namespace

command parse_command_line(const arguments& all) {
  auto words = all;
  if (!words.empty() && words.front() == "help") {
    words.erase(words.begin());
    words.push_back("--help");
  }
  if (asks_for(words, "-h", "--help")) return answer(program_help());
  if (asks_for(words, "-V", "--version")) return answer(version_text());

  std::string name;
  if (!words.empty() && !words.front().starts_with('-')) {
    name = words.front();
    words.erase(words.begin());
    if (!is_command(name))
      return refusal("", fmt::format("unknown command '{}'{}", name, suggestion(name, command_names())));
  }
  try {
    return parse_command(name, words);
  } catch (const usage_error& error) {
    return refusal(name, error.sentence);
  }
}

}  // namespace telltale
