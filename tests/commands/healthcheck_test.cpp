#include "commands/healthcheck.hpp"

#include <stdexcept>

#include <doctest/doctest.h>

#include <telltale/option.hpp>

#include "client/query_gate.hpp"
#include "commands/small_server.hpp"
#include "commands/wait.hpp"
#include "fakes/temp_folder.hpp"

using namespace telltale;
using namespace std::chrono_literals;

namespace {

const environment nothing_set = [](std::string_view) { return std::nullopt; };

command_result ask(const std::string& url, std::chrono::milliseconds timeout = 5s, gate g = gate::ready) {
  healthcheck_command asked;
  asked.question.url = url;
  asked.question.gate = g;
  asked.timeout = timeout;
  return healthcheck(asked, nothing_set);
}

}  // namespace

TEST_CASE("healthcheck: a passing gate is exit code 0, with its lines") {
  const small_server server(http_answer(200, "[+]db ok\nready check passed\n"));
  const auto done = ask(server.url());
  CHECK(done.exit_code == 0);
  CHECK(done.out == "[+]db ok\nready check passed\n");
  CHECK(done.err.empty());
  CHECK(server.request().starts_with("GET /ready HTTP/1.1\r\nHost: 127.0.0.1:"));
  CHECK(server.request().find("\r\nAccept: text/plain\r\n") != std::string::npos);
}

TEST_CASE("healthcheck: a failing gate is exit code 1, with only its reasons") {
  const small_server server(http_answer(503, "[-]db fail missing: no file\nlive check failed\n"));
  const auto done = ask(server.url(), 5s, gate::live);
  CHECK(done.exit_code == 1);
  CHECK(done.out == "[-]db fail missing: no file\nlive check failed\n");
  CHECK(server.request().starts_with("GET /health HTTP/1.1\r\n"));
}

TEST_CASE("healthcheck: a response cannot send commands to the terminal, and is limited in size") {
  const small_server server(http_answer(503, "\x1B[2Jred\r\n" + std::string(20'000, 'x') + "\n"));
  const auto done = ask(server.url());
  CHECK(done.out.starts_with("?[2Jred\nxxx"));
  CHECK(done.out.size() <= 4096);
}

TEST_CASE("healthcheck: responses that are not from a gate are failures with an explanation") {
  struct row {
    std::string answer, says;
  };
  for (const auto& [answer, says] : {
           row{http_answer(404, "no such page\n"), "answered 404"},
           row{http_answer(200, "<html>hello\n"), "answered 200"},
           row{http_answer(301, ""), "answered 301"},
           row{http_answer(204, ""), "answered 204"},
           row{http_answer(503, ""), "answered 503"},
           row{"SSH-2.0-OpenSSH_9.2\r\n", "not HTTP"},
           row{"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", "incomplete"},
           row{"H", "without an answer"},
       }) {
    CAPTURE(answer);
    const small_server server(answer);
    const auto done = ask(server.url());
    CHECK(done.exit_code == 1);
    CHECK(done.out.find(says) != std::string::npos);
  }
}

TEST_CASE("healthcheck: the response of one check is its verdict, with ?gate and without") {
  const std::string settings = "    type disk, gates ready, severity critical, scope local, every 10 s, timeout 5 s\n";
  struct row {
    int status;
    std::string body;
    int exit_code;
  };
  for (const auto& [status, body, exit_code] : {
           row{200, "[+]db ok\n" + settings, 0},
           row{200, "[!]db warn slow: slow\n" + settings + "    warn since\n", 0},
           row{503, "[-]db fail missing: no file\n" + settings, 1},
           row{200, "[-]db fail missing: no file\n" + settings, 1},
           row{200, "[?]db pending\n" + settings, 1},
       }) {
    CAPTURE(body);
    const small_server server(http_answer(status, body));
    for (const auto* path : {"/checks/db?gate", "/checks/db"}) {
      const auto done = ask(server.url() + path);
      CHECK(done.exit_code == exit_code);
      CHECK(done.out == body);
    }
  }
}

TEST_CASE("healthcheck: only telltale's own response is the verdict of a check") {
  const std::string settings = "    type disk, gates ready, severity critical, scope local, every 10 s, timeout 5 s\n";
  for (const std::string body : {"[+]db ok\n", "ok\n", "[+]db ok\n    type disk\n", "[+]\n\n", "[+]other ok\n"}) {
    CAPTURE(body);
    const small_server server(http_answer(200, body));
    const auto done = ask(server.url() + "/checks/db?gate");
    CHECK(done.exit_code == 1);
    CHECK(done.out.find("is that a telltale sidecar?") != std::string::npos);
  }
  const small_server server(http_answer(200, "[+]db ok\n" + settings));
  CHECK(ask(server.url() + "/ready").exit_code == 1);
  CHECK(ask(server.url() + "/checks").exit_code == 1);
}

TEST_CASE("healthcheck: a path without a verdict is a failure, with the path to use instead") {
  const small_server server(http_answer(200, "pong\n"));
  for (const std::string path : {"/ping", "/ping/", "/metrics", "/checks", "/checks?verbose"}) {
    CAPTURE(path);
    const auto done = ask(server.url() + path);
    CHECK(done.exit_code == 1);
    CHECK(done.out.find(
              "answered 200, which is not a verdict: omit the path to query a gate, or use /checks/NAME?gate") !=
          std::string::npos);
  }
}

TEST_CASE("healthcheck: without a sidecar it is exit code 1 with advice") {
  std::string url;
  {
    const small_server server("");
    url = server.url();  // the port is free again after this
  }
  const auto done = ask(url);
  CHECK(done.exit_code == 1);
  CHECK(done.out ==
        "no answer from " + url +
            "/ready: Connection refused; is the sidecar running, and is that where it listens? The address comes "
            "from --url\n");
}

TEST_CASE("healthcheck: a closed connection suggests https") {
  const small_server closes("");
  CHECK(ask(closes.url()).out.find("closed without an answer; does it speak https?") != std::string::npos);
  const small_server resets("", manners::resets);
  const auto done = ask(resets.url());
  CHECK(done.exit_code == 1);
  CHECK(done.out.find("Connection reset by peer; does it speak https?") != std::string::npos);
}

TEST_CASE("healthcheck: a closed Unix socket does not suggest https, which its URL cannot express") {
  temp_folder folder;
  const small_server closes("", manners::answers, folder.path() + "/t.sock");
  const auto done = ask("unix:" + folder.path() + "/t.sock");
  CHECK(done.exit_code == 1);
  CHECK(done.out.find("; if it speaks TLS, name its configuration with -c FILE instead ") != std::string::npos);
  CHECK(done.out.find("https") == std::string::npos);
}

TEST_CASE(
    "healthcheck: without an address the installed configuration is followed, and the failure names the ways out") {
  const small_server server(http_answer(200, "ready check passed\n"));
  temp_folder folder;
  healthcheck_command asked;
  asked.timeout = 5s;
  const auto file = folder.write("t.yaml", "server: {listen: '" + server.url().substr(7) + "'}\n");
  CHECK(healthcheck(asked, nothing_set, file).exit_code == 0);
  wait_command wanted;
  CHECK(wait(wanted, nothing_set, file) == 0);
  folder.write("t.yaml", "server: {listen: 'unix:" + folder.path() + "/none.sock'}\n");
  const auto done = healthcheck(asked, nothing_set, file);
  CHECK(done.exit_code == 1);
  CHECK(done.out.ends_with(" The address comes from " + file + "; use --url, -c FILE or TELLTALE_URL to change it\n"));
}

TEST_CASE("healthcheck: a sidecar that does not respond costs the timeout and no more") {
  const small_server server("", manners::silent);
  const auto begin = std::chrono::steady_clock::now();
  const auto done = ask(server.url(), 100ms);
  CHECK(done.exit_code == 1);
  CHECK(done.out.find("nothing came in time") != std::string::npos);
  CHECK(std::chrono::steady_clock::now() - begin >= 100ms);
  CHECK(std::chrono::steady_clock::now() - begin < 5s);
}

TEST_CASE("healthcheck: localhost and Unix sockets") {
  const small_server server(http_answer(200, "ready check passed\n"));
  CHECK(ask("http://localhost" + server.url().substr(server.url().rfind(':'))).exit_code == 0);
  temp_folder folder;
  const auto path = folder.path() + "/t.sock";
  const small_server local(http_answer(200, "ready check passed\n"), manners::answers, path);
  CHECK(ask("unix:" + path).exit_code == 0);
  CHECK(local.request().find("\r\nHost: localhost\r\n") != std::string::npos);
  CHECK(ask("unix:" + folder.path() + "/none.sock").out.find("No such file") != std::string::npos);
  CHECK(ask("unix:/" + std::string(200, 'x')).out.find("too long") != std::string::npos);
}

TEST_CASE("healthcheck: https to a server without TLS fails with an explanation") {
  const small_server server("SSH-2.0-OpenSSH_9.2\r\n", manners::greets);
  const auto done = ask("https" + server.url().substr(4), 2s);
  CHECK(done.exit_code == 1);
  CHECK(done.out.find("TLS") != std::string::npos);
}

TEST_CASE("healthcheck: bad arguments are exit code 1 as well, because Docker reserves 2") {
  CHECK(ask("ftp://x").exit_code == 1);
  healthcheck_command asked;
  asked.question.config = "/nowhere/at/all.yaml";
  CHECK(healthcheck(asked, nothing_set).exit_code == 1);
}

TEST_CASE("healthcheck: -c queries the address in that file's server.listen") {
  const small_server server(http_answer(200, "ready check passed\n"));
  temp_folder folder;
  healthcheck_command asked;
  asked.timeout = 5s;
  asked.question.config = folder.write(
      "t.yaml", "server: {listen: '" + server.url().substr(7) + "'}\nready_without_checks: true\nchecks: []\n");
  CHECK(healthcheck(asked, nothing_set).exit_code == 0);
}

TEST_CASE("wait: the whole command with a real socket") {
  const small_server server(http_answer(200, "ready check passed\n"));
  wait_command wanted;
  wanted.question.url = server.url();
  CHECK(wait(wanted, nothing_set) == 0);
  wanted.question.url = "ftp://x";
  CHECK(wait(wanted, nothing_set) == 2);
}

TEST_CASE("wait: a command that cannot be executed has the exit codes of shells") {
  CHECK(become({"telltale-no-such-program"}) == 127);
  temp_folder folder;
  CHECK(become({folder.write("plain.txt", "not a program")}) == 126);
}

namespace {

struct http_options {
  telltale::url url;
  std::vector<std::uint64_t> status;
  static options_of<http_options> declared() {
    return options_of<http_options>()
        .required("url", &http_options::url, "Where.")
        .optional("status", &http_options::status, "Which.");
  }
};

class http_check final : public blocking_check {
 public:
  explicit http_check(http_options) {}
  outcome probe(probe_context&) override { return {}; }
};

command_result request(std::vector<raw_member> options, const outcome& found) {
  healthcheck_command asked;
  asked.http = raw_value::map(std::move(options));
  asked.timeout = 3s;
  return healthcheck_http(asked, {blocking_type<http_check, http_options>({.name = "http"})}, [&](const config& one) {
    REQUIRE(one.checks.size() == 1);
    CHECK(one.checks[0].settings.timeout == 3s);
    CHECK(one.checks[0].options->find("url")->text == "http://app:8000/health");
    return check_results{{one.checks[0], found, {}}};
  });
}

const raw_member app{"url", {}, raw_value::scalar("http://app:8000/health")};

}  // namespace

TEST_CASE("healthcheck --http: the outcome is one line, and the exit code 0 or 1") {
  struct row {
    outcome found;
    int code;
    std::string line;
  };
  for (const auto& [found, code, line] : {
           row{outcome::pass("200 OK"), 0, "pass ok: 200 OK\n"},
           row{outcome::warn(reason::threshold, "took 2 s"), 0, "warn threshold: took 2 s\n"},
           row{outcome::fail(reason::auth, "401\n\x1B[2J"), 1, "fail auth: 401??[2J\n"},
       }) {
    const auto done = request({app}, found);
    CHECK(done.exit_code == code);
    CHECK(done.out == line);
    CHECK(done.err.empty());
  }
  CHECK(request({app}, outcome::fail(reason::auth, std::string(9'000, 'x'))).out.size() < 4096);
}

TEST_CASE("healthcheck --http: an invalid option or a check that cannot be built is exit code 1 and one line") {
  const auto invalid = request({app, {"status", {}, raw_value::scalar("fine")}}, {});
  CHECK(invalid.exit_code == 1);
  CHECK(invalid.out == "telltale healthcheck: status: expected a whole number such as 3, not 'fine'\n");
  healthcheck_command asked;
  asked.http = raw_value::map({app});
  const check_table table{blocking_type<http_check, http_options>({.name = "http"})};
  const auto thrown = healthcheck_http(asked, table, [](const config&) -> check_results {
    throw std::runtime_error("check 'http': the secret cannot be read");
  });
  CHECK(thrown.exit_code == 1);
  CHECK(thrown.out == "telltale healthcheck: check 'http': the secret cannot be read\n");
  CHECK(healthcheck_http(asked, {}, {}).out == "telltale healthcheck: this program has no check type http\n");
}
