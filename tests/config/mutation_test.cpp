// Tests thousands of mutated configurations: each is accepted, or rejected with a location inside the file.
#include <doctest/doctest.h>

#include <random>

#include "config/config.hpp"
#include "config/malformed_rows.hpp"
#include "diagnostics/error_text.hpp"
#include "fakes/fake_checks.hpp"

using namespace telltale;

namespace {

const std::string seeds[] = {
    "server:\n  listen: [127.0.0.1:9640, \"[::]:9640\"] # both\n  tls: {cert: /a, key: /b}\ndefaults: {interval: 10s}\n"
    "checks:\n  - name: a\n    type: disk\n    path: \"${DATA_DIR:-/x}\"\n    warn: 80%\n    description: |\n      "
    "one\n"
    "      two\n  - {name: b, type: sqlite, path: 'it''s', wal_backlog: {warn: 1MiB, fail: 2MiB}}\n",
    "checks:\n- name: größe\n  type: marker\n  paths: [/a,\n    /b, # c\n    \"\\x2f\"]\n  content: {/a: b}\n-\n"
    "  name: c\n  type: websocket\n  url: ws://h/\n  headers: {X: {env: Y}}\n  gates:\n  - live\n  - ready\n",
    "checks:\n- name: a\n  type: marker\n  path: /a and\n    more\n  description: \"one\\\n    two\n\n    $$three\"\n  "
    "content: {/a: some "
    "words\n      and more, /b: 'it''s\n      said'}\n- {name: b, type: disk, path: /b,\n   warn: 80%}\n",
    "{\"checks\":[{\"name\":\"a\",\"type\":\"disk\",\"path\":\"/\"}],\"ready_without_checks\":true}",
};

/// Tokens of YAML and of the configuration, which random bytes seldom contain.
const std::string pieces[] = {":",
                              ": ",
                              "- ",
                              "-",
                              "\n",
                              "\n  ",
                              "\n\t",
                              " ",
                              "\"",
                              "'",
                              "[",
                              "]",
                              "{",
                              "}",
                              ",",
                              "#",
                              " #",
                              "&a ",
                              "*a",
                              "!",
                              "!!str ",
                              "|",
                              "|\n",
                              ">",
                              "? ",
                              "%",
                              "---\n",
                              "...\n",
                              "${",
                              "}",
                              "$$",
                              "$A",
                              "~",
                              "null",
                              "<<",
                              "\\",
                              "\xEF\xBB\xBF",
                              "\r",
                              "\r\n",
                              "\xC3",
                              "\x80",
                              "\x04",
                              std::string(1, '\0'),
                              "checks:",
                              "name: a",
                              "  - {name: z, type: disk, path: /}\n"};

class mutator {
 public:
  explicit mutator(unsigned seed) : random_(seed) {}

  std::string operator()(std::string text) {
    for (auto left = 1 + pick(4); left > 0; --left) mutate(text);
    return text;
  }

 private:
  std::size_t pick(std::size_t below) { return below == 0 ? 0 : random_() % below; }

  void mutate(std::string& text) {
    const auto at = pick(text.size() + 1);
    switch (pick(6)) {
      case 0:
        text.insert(at, pieces[pick(std::size(pieces))]);
        break;
      case 1:
        text.erase(at, 1 + pick(6));
        break;
      case 2:
        text.resize(at);
        break;
      case 3:
        text.insert(at, text.substr(pick(text.size() + 1), pick(40)));
        break;
      case 4:
        text.insert(at, 1, static_cast<char>(pick(256)));
        break;
      default:
        text.replace(at, std::min<std::size_t>(1, text.size() - at), pieces[pick(std::size(pieces))]);
    }
  }

  std::mt19937 random_;
};

int line_count(const std::string& text) { return 1 + static_cast<int>(std::count(text.begin(), text.end(), '\n')); }

void check_answer(const std::string& text) {
  INFO("configuration: ", text);
  const auto result = parse_config(text, "t.yaml", fakes::table(), fakes::variables);
  const auto* errors = std::get_if<config_errors>(&result);
  if (!errors) return;
  REQUIRE(!errors->list.empty());
  CHECK(!to_text(*errors).empty());
  for (const auto& p : errors->list) {
    CHECK(p.at.line >= 1);
    CHECK(p.at.column >= 1);
    CHECK(p.at.line <= line_count(text));
    CHECK(p.message.size() > 10);
    CHECK(p.message.find("not valid YAML") == std::string::npos);
    CHECK(p.message.find("can be read in more than one way") == std::string::npos);
  }
}

}  // namespace

TEST_CASE("config: mutated configurations never crash, and every problem has its location") {
  mutator mutate(20240607);
  for (int i = 0; i < 4000; ++i) check_answer(mutate(seeds[static_cast<std::size_t>(i) % std::size(seeds)]));
}

TEST_CASE("config: mutated malformed configurations never crash") {
  mutator mutate(42);
  for (const auto& row : fakes::all_malformed())
    for (int i = 0; i < 5; ++i) check_answer(mutate(row.text));
}

TEST_CASE("config: random bytes and random pieces never crash") {
  std::mt19937 random(7);
  for (int i = 0; i < 2000; ++i) {
    std::string text;
    for (auto left = random() % 60; left > 0; --left)
      text += i % 4 == 0 ? std::string(1, static_cast<char>(random())) : pieces[random() % std::size(pieces)];
    check_answer(text);
  }
}
