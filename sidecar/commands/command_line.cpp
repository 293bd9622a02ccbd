// Implements the command line: the options of each command and the rules between them.
#include "commands/command_line.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "commands/check_arguments.hpp"
#include "commands/command_line_parser.hpp"
#include "commands/help_text.hpp"
#include "results/exit_code.hpp"

namespace telltale {
namespace {

using arguments = std::vector<std::string>;
using parser = command_line_parser;

constexpr std::array<std::string_view, 2> log_format_names{"json", "text"};
constexpr std::array<std::string_view, 2> log_output_names{"stderr", "stdout"};
constexpr std::array<std::string_view, 4> log_level_names{"debug", "info", "warn", "error"};
constexpr std::array<std::string_view, 5> result_format_names{"table", "json", "text", "junit", "nagios"};
constexpr std::array<std::string_view, 3> color_names{"auto", "always", "never"};
constexpr std::array<std::string_view, 2> listing_names{"text", "json"};

const std::string query_config_doc = "query the address in this configuration's server.listen";
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
  options.duration("--for", out.limit, "try again until it passes, for this long (default: run once)");
  options.choice("--color", out.color, color_names, "colour the table (default auto: on a terminal without NO_COLOR)");
  options.rest("NAME", out.names, "names of the checks to run (default all)");
  if (auto help = options.parse(words)) return answer(*help);
  return out;
}

void add_question(parser& options, gate_query& question, std::string& config, const std::string& doc_of_config) {
  options.choice("--gate", question.gate, choices<gate>::names, "gate to query (default ready)");
  options.text("--url", question.url, "URL",
               "address of the sidecar: http://, https:// or unix:/path (default $TELLTALE_URL)");
  options.text("-c,--config", config, "FILE", doc_of_config);
}

void set_config(gate_query& question, std::string config) {
  if (config.empty()) return;
  if (!question.url.empty()) throw usage_error{"use --url or -c, not both"};
  question.config = std::move(config);
}

/// Builds the table of check types, which takes longer than a query, only when its options are needed.
const check_type* http_type(const arguments& words, check_table_source table) {
  const auto needs_it = [](const std::string& word) {
    return word == "--http" || word.starts_with("--http=") || word == "--help" || word == "-h";
  };
  return table && std::any_of(words.begin(), words.end(), needs_it) ? find_type(table(), "http") : nullptr;
}

command parse_healthcheck(const arguments& words, check_table_source table) {
  healthcheck_command out;
  std::string config;
  std::string url;
  parser options("healthcheck");
  add_question(options, out.question, config, query_config_doc);
  options.duration("--timeout", out.timeout, "total time limit (default 1s)");
  options.text("--http", url, "URL", "request this URL of any server instead, as a check of type http does");
  const auto* type = http_type(words, table);
  auto own = type ? check_arguments_of(*type, "url") : std::vector<check_argument>();
  options.heading("With --http, the options of the http check");
  for (auto& one : own) one.add_to(options);
  if (auto help = options.parse(words)) return answer(*help);
  set_config(out.question, std::move(config));
  if (url.empty()) {
    for (const auto& one : own)
      if (one.is_given()) throw usage_error{fmt::format("{} needs --http", one.flag)};
    return out;
  }
  if (!out.question.is_default()) throw usage_error{"--http queries no sidecar: remove --gate, --url and -c"};
  if (!type) throw usage_error{"this program has no check type http"};
  out.http = options_map(own);
  out.http->members.push_back({"url", {}, raw_value::scalar(std::move(url))});
  return out;
}

void check_wait(const wait_command& wanted) {
  if (wanted.run && !wanted.question.url.empty()) throw usage_error{"--run queries no sidecar: remove --url"};
  if (wanted.fail_fast && !wanted.run) throw usage_error{"--fail-fast needs --run"};
}

command parse_wait(const arguments& words) {
  wait_command out;
  std::string config;
  std::chrono::milliseconds interval{0};
  parser options("wait");
  add_question(options, out.question, config, query_config_doc + "; with --run: its checks");
  options.flag("--run", out.run, "run the checks of the configuration (-c) instead of querying a sidecar");
  options.flag("--fail-fast", out.fail_fast, "with --run: give up at once on failures that waiting does not repair");
  options.duration("--timeout", out.timeout, "time limit (default 60s)");
  options.duration("--interval", interval,
                   "interval between queries (default 500ms); with --run between runs of a failing check (default: its "
                   "failing_interval)");
  // Arguments after `--` belong to the command, including options.
  const auto dashes = std::find(words.begin(), words.end(), "--");
  if (auto help = options.parse(arguments(words.begin(), dashes))) return answer(*help);
  set_config(out.question, std::move(config));
  if (interval.count() != 0) out.interval = interval;
  check_wait(out);
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

command parse_command(std::string_view name, const arguments& words, check_table_source table) {
  if (name == "check") return parse_check(words);
  if (name == "healthcheck") return parse_healthcheck(words, table);
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

command parse_command_line(const arguments& all, check_table_source table) {
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
    return parse_command(name, words, table);
  } catch (const usage_error& error) {
    return refusal(name, error.sentence);
  }
}

}  // namespace telltale
