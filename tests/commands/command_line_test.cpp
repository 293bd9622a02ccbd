#include "commands/command_line.hpp"

#include <sstream>
#include <stdexcept>

#include <doctest/doctest.h>

#include <telltale/option_group.hpp>

#include "commands/help_text.hpp"

using namespace telltale;
using namespace std::chrono_literals;

namespace {

struct login {
  std::string user;
  std::optional<secret> password;
  static options_of<login> declared() {
    return options_of<login>()
        .required("user", &login::user, "Who.")
        .optional("password", &login::password, "Their password.");
  }
};

/// Options of every shape that the http check has.
struct http_options {
  telltale::url url;
  std::string method = "GET";
  std::vector<std::string> status;
  secret_map headers;
  text_map json;
  std::optional<login> basic;
  bool insecure = false;
  static options_of<http_options> declared() {
    using self = http_options;
    return options_of<self>()
        .required("url", &self::url, "Where.")
        .optional("method", &self::method, "How.")
        .optional("status", &self::status, "Which statuses pass.")
        .optional("headers", &self::headers, "What to send.")
        .optional("json", &self::json, "What the body says.")
        .optional("basic", &self::basic, "Who asks.")
        .optional("insecure", &self::insecure, "Trust anything.");
  }
};

class http_check final : public blocking_check {
 public:
  explicit http_check(http_options) {}
  outcome probe(probe_context&) override { return outcome::pass("fine"); }
};

const check_table& with_http() {
  static const check_table table{blocking_type<http_check, http_options>({.name = "http"})};
  return table;
}

std::vector<std::string> split(const std::string& line) {
  std::istringstream words(line);
  std::vector<std::string> out;
  for (std::string word; words >> word;) out.push_back(word);
  return out;
}

template <class Command>
Command parsed(const std::string& line) {
  auto out = parse_command_line(split(line), with_http);
  if (const auto* refused = std::get_if<command_result>(&out); refused && !std::is_same_v<Command, command_result>)
    FAIL(line << ": " << refused->err);
  REQUIRE(std::holds_alternative<Command>(out));
  return std::get<Command>(out);
}

}  // namespace

TEST_CASE("command line: no arguments serve with the defaults") {
  const auto serve = parsed<serve_command>("");
  CHECK(serve.config.empty());
  CHECK(serve.listen.empty());
  CHECK(serve.log == log_settings{log_format::json, log_level::info, log_output::standard_error});
}

TEST_CASE("command line: options without a command belong to serve") {
  for (const char* line :
       {"-c a.yaml --listen 127.0.0.1:1 --listen [::]:2 --log-format text --log-level debug --log-output stdout",
        "serve --config=a.yaml --listen=127.0.0.1:1 --listen=[::]:2 --log-format=text --log-level=debug "
        "--log-output=stdout"}) {
    const auto serve = parsed<serve_command>(line);
    CHECK(serve.config == "a.yaml");
    CHECK(serve.listen == std::vector<std::string>{"127.0.0.1:1", "[::]:2"});
    CHECK(serve.log == log_settings{log_format::text, log_level::debug, log_output::standard_output});
  }
}

TEST_CASE("command line: check takes names, a file, a format and colour in any order") {
  const auto check = parsed<check_command>("check db -c - --format junit disk --color never");
  CHECK(check.config == "-");
  CHECK(check.names == std::vector<std::string>{"db", "disk"});
  CHECK(check.format == result_format::junit);
  CHECK(check.color == color_mode::never);
  CHECK(parsed<check_command>("check").format == result_format::table);
  CHECK(parsed<check_command>("check").limit == 0s);
  CHECK(parsed<check_command>("check --for 50s db").limit == 50s);
}

TEST_CASE("command line: healthcheck queries the ready gate within one second by default") {
  const auto plain = parsed<healthcheck_command>("healthcheck");
  CHECK(plain.question.gate == gate::ready);
  CHECK(plain.question.url.empty());
  CHECK(!plain.question.config);
  CHECK(plain.timeout == 1s);
  const auto full = parsed<healthcheck_command>("healthcheck --gate live --url unix:/x --timeout 250ms");
  CHECK(full.question.gate == gate::live);
  CHECK(full.question.url == "unix:/x");
  CHECK(full.timeout == 250ms);
  CHECK(parsed<healthcheck_command>("healthcheck -c a.yaml").question.config == "a.yaml");
}

TEST_CASE("command line: everything after -- is the command of wait, including options") {
  const auto wait = parsed<wait_command>("wait --timeout 2m --interval 100ms -- ./server --timeout x -- y");
  CHECK(wait.timeout == 2min);
  CHECK(wait.interval == 100ms);
  CHECK(wait.program == std::vector<std::string>{"./server", "--timeout", "x", "--", "y"});
  CHECK(parsed<wait_command>("wait").program.empty());
  CHECK(parsed<wait_command>("wait").timeout == 60s);
}

TEST_CASE("command line: wait runs the checks itself with --run, and its interval is that of the checks") {
  const auto wait = parsed<wait_command>("wait --run -c deps.yaml --fail-fast --timeout 60s -- ./server");
  CHECK(wait.run);
  CHECK(wait.fail_fast);
  CHECK(wait.question.config == "deps.yaml");
  CHECK_FALSE(wait.interval);
  CHECK(wait.program == std::vector<std::string>{"./server"});
  CHECK_FALSE(parsed<wait_command>("wait").run);
}

TEST_CASE("command line: healthcheck --http takes the options of the http check") {
  const auto asked = parsed<healthcheck_command>(
      "healthcheck --http http://app:8000/health --timeout 3s --status 200-299 --status 404 --insecure "
      "--header X-A=b --json /status=ok --basic-user me --basic-password env:PASSWORD");
  CHECK(asked.timeout == 3s);
  REQUIRE(asked.http);
  CHECK(asked.http->find("url")->text == "http://app:8000/health");
  CHECK(asked.http->find("status")->items.size() == 2);
  CHECK(asked.http->find("insecure")->text == "true");
  CHECK(asked.http->find("headers")->find("X-A")->text == "b");
  CHECK(asked.http->find("json")->find("/status")->text == "ok");
  CHECK(asked.http->find("basic")->find("user")->text == "me");
  CHECK(asked.http->find("basic")->find("password")->find("env")->text == "PASSWORD");
  const auto help = parsed<command_result>("healthcheck --help");
  CHECK(help.out.find("--basic-password env:NAME|file:PATH") != std::string::npos);
}

TEST_CASE("command line: the table of check types is built only for --http and --help") {
  const check_table_source forbidden = []() -> const check_table& { throw std::logic_error("the table was built"); };
  const auto asked = parse_command_line({"healthcheck", "--gate", "live", "--url", "unix:/x"}, forbidden);
  CHECK(std::holds_alternative<healthcheck_command>(asked));
  CHECK(std::holds_alternative<wait_command>(parse_command_line({"wait", "--run"}, forbidden)));
  CHECK_THROWS_AS(parse_command_line({"healthcheck", "--http", "http://a"}, forbidden), std::logic_error);
  const auto without = parse_command_line({"healthcheck", "--http", "http://a"});
  CHECK(std::get<command_result>(without).err.find("this program has no check type http") != std::string::npos);
}

TEST_CASE("command line: validate, checks and schema") {
  CHECK_FALSE(parsed<validate_command>("validate a.yaml").named_files);
  CHECK(parsed<validate_command>("validate --files a.yaml").named_files);
  CHECK(parsed<validate_command>("validate a.yaml - b.yaml").files ==
        std::vector<std::string>{"a.yaml", "-", "b.yaml"});
  CHECK(parsed<checks_command>("checks").type.empty());
  CHECK(parsed<checks_command>("checks disk --format json").type == "disk");
  CHECK(parsed<checks_command>("checks disk --format json").format == listing_format::json);
  CHECK(parsed<checks_command>("checks --markdown").format == listing_format::markdown);
  parsed<schema_command>("schema");
}

TEST_CASE("command line: invalid arguments are refused in one line with advice") {
  struct row {
    std::string line;
    int code;
    std::string says;
  };
  for (const auto& [line, code, says] : std::vector<row>{
           {"chekc", 2, "unknown command 'chekc'; did you mean 'check'?"},
           {"frobnicate", 2, "unknown command 'frobnicate'"},
           {"--listne 1:2", 2, "unknown option '--listne'; did you mean '--listen'?"},
           {"--listne=1:2", 2, "unknown option '--listne'; did you mean"},
           {"-x", 2, "unknown option '-x'"},
           {"-c a.yaml check", 2, "the command must come first: telltale check"},
           {"--listen 1:2 3:4", 2, "unexpected argument '3:4'"},
           {"serve here", 2, "unexpected argument 'here'"},
           {"-c", 2, "--config"},
           {"-c a -c b", 2, "--config"},
           {"--log-level loud", 2, "--log-level: expected one of debug, info, warn, error, not 'loud'"},
           {"--log-output stdot", 2,
            "--log-output: expected one of stderr, stdout, not 'stdot'; did you mean 'stdout'?"},
           {"--log-format jsn", 2, "did you mean 'json'?"},
           {"check --format xml", 2, "--format: expected one of table, json, text, junit, nagios, not 'xml'"},
           {"check --color maybe", 2, "--color: expected one of"},
           {"wait --timeout 5", 2, "--timeout: expected a duration such as 500ms or 10s, not '5'"},
           {"wait --interval 0s", 2, "--interval: expected a duration"},
           {"wait --", 2, "missing command after --"},
           {"wait ./server", 2, "unexpected argument './server'"},
           {"wait --url http://a:1 -c b.yaml", 2, "use --url or -c, not both"},
           {"wait --run --url http://a:1", 2, "--run queries no sidecar: remove --url"},
           {"wait --fail-fast", 2, "--fail-fast needs --run"},
           {"check --for soon", 2, "--for: expected a duration"},
           {"healthcheck --http http://a --url http://b", 1, "--http queries no sidecar"},
           {"healthcheck --http http://a -c x.yaml", 1, "--http queries no sidecar"},
           {"healthcheck --http http://a --gate live", 1, "--http queries no sidecar"},
           {"healthcheck --http http://a --statsu 200", 1, "unknown option '--statsu'; did you mean '--status'?"},
           {"healthcheck --http http://a --method GET --method PUT", 1, "--method"},
           {"healthcheck --http http://a --header X", 1, "--header: expected NAME=VALUE"},
           {"healthcheck --http http://a --header X=1 --header X=2", 1, "--header: 'X' is given twice"},
           {"validate", 2, "missing file name"},
           {"checks a b", 2, "expected at most one check type"},
           {"checks disk --markdown", 2, "--markdown cannot be combined"},
           {"schema x", 2, "unexpected argument 'x'"},
           {"worker x", 2, "unknown command 'worker'"},
           {"help frobnicate", 2, "unknown command 'frobnicate'"},
           {"healthcheck --gate all", 1, "--gate: expected one of live, ready, startup, not 'all'"},
           {"healthcheck --frob", 1, "unknown option '--frob'"},
           {"healthcheck --timeout", 1, "--timeout"},
       }) {
    CAPTURE(line);
    const auto refused = parsed<command_result>(line);
    CAPTURE(refused.err);
    CHECK(refused.exit_code == code);
    CHECK(refused.out.empty());
    CHECK(refused.err.starts_with("telltale"));
    CHECK(refused.err.find(says) != std::string::npos);
    CHECK(refused.err.find('\n') == refused.err.size() - 1);
  }
}

TEST_CASE("command line: help and version go to standard output and succeed") {
  for (const char* line : {"--help", "-h", "help"}) {
    const auto help = parsed<command_result>(line);
    CHECK(help.exit_code == 0);
    CHECK(help.err.empty());
    for (const auto& command : commands_help) CHECK(help.out.find(command.summary) != std::string::npos);
    CHECK(help.out.find("/etc/telltale/telltale.yaml") != std::string::npos);
    CHECK(help.out.find("TELLTALE_URL") != std::string::npos);
    CHECK(help.out.find("worker") == std::string::npos);
  }
  CHECK(parsed<command_result>("--version").out.starts_with("telltale 0."));
  CHECK(parsed<command_result>("-V").out.find("Boost 1.81") != std::string::npos);
}

TEST_CASE("command line: every command has its own help with its options") {
  struct row {
    std::string_view name, shows;
  };
  for (const auto& [name, shows] :
       {row{"serve", "--listen"}, row{"check", "junit"}, row{"healthcheck", "Docker reserves 2"}, row{"wait", "126"},
        row{"validate", "FILE"}, row{"checks", "--markdown"}, row{"schema", "yaml-language-server"}}) {
    for (const auto& line : {std::string(name) + " --help", "help " + std::string(name)}) {
      CAPTURE(line);
      const auto help = parsed<command_result>(line);
      CHECK(help.exit_code == 0);
      CHECK(help.out.find("telltale " + std::string(name)) != std::string::npos);
      CHECK(help.out.find(shows) != std::string::npos);
    }
  }
}
