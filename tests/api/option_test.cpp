// Tests option declarations: one table of members drives parsing, errors and documentation.
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>

#include <telltale/option.hpp>
#include <telltale/option_group.hpp>

using namespace telltale;
using namespace std::chrono_literals;

namespace {

enum class color { red, green };

}  // namespace

template <>
struct telltale::choices<color> {
  static constexpr std::array<std::string_view, 2> names{"red", "green"};
};

namespace {

struct inner {
  bool deep = false;
  static const options_of<inner>& declared() {
    static const auto options = options_of<inner>().optional("deep", &inner::deep, "How deep.");
    return options;
  }
};

/// Options that several types share.
struct shared_group {
  std::optional<file_path> key;
  bool insecure = false;
  inner deeper;

  void validate(source_location at, problems& errors) const {
    if (key && insecure) errors.add(at, "insecure: makes the key useless");
  }
  static const options_of<shared_group>& declared() {
    static const auto options = options_of<shared_group>()
                                    .optional("key", &shared_group::key, "Which key.")
                                    .optional("insecure", &shared_group::insecure, "Trust anything.")
                                    .include(&shared_group::deeper);
    return options;
  }
};

struct sample {
  file_path path;
  std::chrono::milliseconds interval{10'000};
  upper_limit<bytes> backlog{bytes{1024}, {}};
  lower_limit<percent> free;
  std::vector<std::string> tags;
  std::optional<std::uint64_t> count;
  color tint = color::green;
  text_map labels;
  secret_map headers;
  std::optional<secret> token;
  telltale::url url;
  inner group;
  shared_group shared;

  void validate(source_location at, problems& errors) const {
    if (count == 13u) errors.add(at, "count: 13 brings bad luck");
  }
};

const options_of<sample>& declared() {
  static const auto options = options_of<sample>()
                                  .required("path", &sample::path, "Where.")
                                  .optional("interval", &sample::interval, "How often.")
                                  .optional("backlog", &sample::backlog, "How much.")
                                  .optional("free", &sample::free, "How little.")
                                  .optional("tags", &sample::tags, "Names.")
                                  .optional("count", &sample::count, "How many.")
                                  .optional("tint", &sample::tint, "Which.")
                                  .optional("labels", &sample::labels, "Free names.")
                                  .optional("headers", &sample::headers, "Sent along.")
                                  .optional("token", &sample::token, "Kept quiet.")
                                  .optional("url", &sample::url, "Whom.")
                                  .optional("group", &sample::group, "Nested.")
                                  .include(&sample::shared);
  return options;
}

raw_value text(std::string value) { return raw_value::scalar(std::move(value), {7, 9}); }

/// The problems of a map with a valid path and this one member.
std::string problem_of(std::string key, raw_value value) {
  problems errors;
  declared().parse(raw_value::map({{"path", {}, text("/x")}, {std::move(key), {3, 1}, std::move(value)}}), errors);
  std::string out;
  for (const auto& p : errors.list())
    out += (out.empty() ? "" : " | ") + std::to_string(p.at.line) + ":" + std::to_string(p.at.column) + " " + p.message;
  return out;
}

}  // namespace

TEST_CASE("options: values are stored in their members with their types") {
  problems errors;
  const auto got = declared().parse(
      raw_value::map({{"path", {}, text("/data")},
                      {"interval", {}, text("5s")},
                      {"backlog", {}, raw_value::map({{"warn", {}, text("1MiB")}, {"fail", {}, text("2MiB")}})},
                      {"free", {}, text("5%")},
                      {"tags", {}, raw_value::list({text("a"), text("b")})},
                      {"count", {}, text("3")},
                      {"tint", {}, text("red")},
                      {"labels", {}, raw_value::map({{"/model", {}, text("llama")}})},
                      {"headers", {}, raw_value::map({{"X-A", {}, text("1")}})},
                      {"token", {}, raw_value::map({{"env", {}, text("TOKEN")}})},
                      {"url", {}, text("wss://Example.org/ws?a=b")},
                      {"group", {}, raw_value::map({{"deep", {}, text("true")}})}}),
      errors);
  REQUIRE(errors.empty());
  CHECK(got.path.text == "/data");
  CHECK(got.interval == 5s);
  CHECK(got.backlog == upper_limit<bytes>{bytes{1 << 20}, bytes{2 << 20}});
  CHECK(got.free == lower_limit<percent>{{}, percent{5}});
  CHECK(got.tags == std::vector<std::string>{"a", "b"});
  CHECK(got.count == 3u);
  CHECK(got.tint == color::red);
  CHECK(got.labels.at("/model") == "llama");
  CHECK(got.headers.at("X-A").text == "1");
  CHECK(got.token->describe() == "environment variable TOKEN");
  CHECK(got.url.port == 443);
  CHECK(got.url.target == "/ws?a=b");
  CHECK(got.group.deep);
}

TEST_CASE("options: an included group is parsed, documented and validated with the options of the type") {
  problems errors;
  const auto got = declared().parse(
      raw_value::map({{"path", {}, text("/x")}, {"key", {}, text("/k")}, {"deep", {}, text("true")}}), errors);
  REQUIRE(errors.empty());
  CHECK(got.shared.key->text == "/k");
  CHECK(got.shared.deeper.deep);
  CHECK_FALSE(got.group.deep);

  CHECK(problem_of("insecur", text("true")) == "3:1 unknown option 'insecur'; did you mean 'insecure'?");
  declared().parse(raw_value::map({{"path", {}, text("/x")},
                                   {"key", {}, text("/k")},
                                   {"insecure", {}, text("true")},
                                   {"count", {}, text("13")}},
                                  {2, 5}),
                   errors);
  REQUIRE(errors.size() == 2);
  CHECK(errors.list()[0] == problem{{7, 9}, "insecure: makes the key useless"});
  CHECK(errors.list()[1] == problem{{7, 9}, "count: 13 brings bad luck"});

  const auto& infos = declared().infos();
  CHECK(infos[12].name == "key");
  CHECK(infos[13].default_text == "false");
  CHECK(infos[14].name == "deep");
}

TEST_CASE("options: an absent option keeps its initialiser or the given initial value") {
  problems errors;
  sample initial;
  initial.interval = 3s;
  const auto got = declared().parse(raw_value::map({{"path", {}, text("/x")}}), errors, initial);
  CHECK(errors.empty());
  CHECK(got.interval == 3s);
  CHECK(got.tint == color::green);
  CHECK_FALSE(got.count);
}

TEST_CASE("options: every mistake is reported at its location with the correct form") {
  CHECK(problem_of("intervall", text("5s")) == "3:1 unknown option 'intervall'; did you mean 'interval'?");
  CHECK(problem_of("interval", text("5")) ==
        "7:9 interval: expected a duration such as 500ms, 10s, 5m or 1h30m, not '5' (a number needs a unit)");
  CHECK(problem_of("tint", text("gren")) == "7:9 tint: expected one of red, green, not 'gren'; did you mean 'green'?");
  CHECK(problem_of("free", raw_value::map({{"warn", {}, text("5%")}, {"fail", {}, text("9%")}}, {4, 2})) ==
        "4:2 free: warn must be above fail, or a warning could never be seen");
  CHECK(problem_of("backlog", raw_value::map({{"wran", {5, 5}, text("5B")}}, {4, 2})) ==
        "5:5 unknown option 'wran'; did you mean 'warn'?");
  CHECK(problem_of("tags", raw_value::list({}, {4, 2})) == "4:2 tags: the list is empty");
  CHECK(problem_of("token", text("hunter2")) ==
        "7:9 token: literal secrets are not accepted; use {file: /path} or {env: NAME}");
  CHECK(problem_of("url", text("ws://u:hunter2@h/")) ==
        "7:9 url: expected a URL without user name and password (use a header from a secret)");
  CHECK(problem_of("url", text("ws://a%0d%0ab/")) == "7:9 url: expected a URL whose host is a name or an IP address");
  CHECK(problem_of("group", raw_value::map({{"dep", {8, 3}, text("true")}})) ==
        "8:3 unknown option 'dep'; did you mean 'deep'?");
  CHECK(problem_of("count", text("13")) == "7:9 count: 13 brings bad luck");
  CHECK(problem_of("path", text("")) == "7:9 path: expected a path such as /data/app.db, not ''");
}

TEST_CASE("options: a broken rule is reported at the option that its message begins with, else where it was") {
  const auto map = raw_value::map({{"user", {3, 1}, text("x")}, {"x.", {4, 1}, text("x")}}, {2, 5});
  const auto at = [&](const char* message) { return detail::place_of({{2, 5}, message}, map); };
  CHECK(at("user: has a colon") == source_location{7, 9});
  CHECK(at("basic.user: has a colon") == source_location{7, 9});
  for (const auto* elsewhere : {"host: is missing", "users: are missing", "only one of user and host: choose", "",
                                ": user", "user has a colon: no"})
    CHECK(at(elsewhere) == source_location{2, 5});
  CHECK(detail::place_of({{9, 9}, "user: has a colon"}, map) == source_location{9, 9});
}

TEST_CASE("options: a secret may have a prefix, which precedes its value") {
  const std::string file = "/tmp/telltale-option-test-" + std::to_string(::getpid());
  std::ofstream(file) << "hunter2\n";
  const auto of = [](std::vector<raw_member> members) {
    problems errors;
    const auto map = raw_value::map(std::move(members), {7, 9});
    auto got = option_traits<secret>::parse(map, "token", errors);
    REQUIRE(errors.empty());
    REQUIRE(got);
    return *got;
  };
  CHECK(of({{"file", {}, text(file)}, {"prefix", {}, text("Bearer ")}}).reveal() == "Bearer hunter2");
  CHECK(of({{"prefix", {}, text("a.b.")}, {"file", {}, text(file)}}).reveal() == "a.b.hunter2");
  CHECK(of({{"file", {}, text(file)}, {"prefix", {}, text("")}}).reveal() == "hunter2");
  CHECK(of({{"file", {}, text(file)}}).reveal() == "hunter2");
  ::setenv("TELLTALE_OPTION_TEST", "s3cret", 1);
  const auto variable = of({{"env", {}, text("TELLTALE_OPTION_TEST")}, {"prefix", {}, text("Token ")}});
  CHECK(variable.reveal() == "Token s3cret");
  CHECK(variable.describe() == "environment variable TELLTALE_OPTION_TEST");
  CHECK_FALSE(variable == secret::from_environment("TELLTALE_OPTION_TEST"));
  std::ofstream(file, std::ios::trunc) << "\n";
  CHECK_THROWS(of({{"file", {}, text(file)}, {"prefix", {}, text("Bearer ")}}).reveal());
  std::filesystem::remove(file);

  CHECK(problem_of("token", raw_value::map({{"prefix", {5, 5}, text("Bearer ")}}, {4, 2})) ==
        "4:2 token: expected exactly one of file and env");
  CHECK(problem_of("token", raw_value::map({}, {4, 2})) == "4:2 token: expected exactly one of file and env");
  CHECK(problem_of("token", raw_value::map({{"file", {}, text("/f")}, {"env", {}, text("E")}}, {4, 2})) ==
        "4:2 token: expected exactly one of file and env");
  CHECK(problem_of("token", raw_value::map({{"file", {}, text("/f")}, {"prefix", {}, raw_value::list({})}})) ==
        "0:0 token.prefix: expected text, not a list");
  for (const auto* scheme : {"Bearer", "bearer", "Basic", "TOKEN"})
    CHECK(problem_of("token", raw_value::map({{"file", {}, text("/f")}, {"prefix", {}, text(scheme)}})) ==
          std::string("7:9 token.prefix: '") + scheme + "' has no blank before the secret - write \"" + scheme +
              " \" with the quotes");
}

TEST_CASE("options: messages never contain the value of a variable") {
  auto value = text("hunter2");
  value.expanded = true;
  CHECK(problem_of("interval", value).find("hunter2") == std::string::npos);
  CHECK(problem_of("tint", value).find("hunter2") == std::string::npos);
}

TEST_CASE("options: a missing required option is reported, keys of other code are ignored") {
  problems errors;
  declared().parse(raw_value::map({{"type", {}, text("x")}}, {2, 5}), errors, {}, {"type"});
  REQUIRE(errors.size() == 1);
  CHECK(errors.list()[0].message == "option 'path' is missing");
  CHECK(errors.list()[0].at == source_location{2, 5});
}

TEST_CASE("options: the declaration provides name, type and default for the documentation") {
  const auto& infos = declared().infos();
  CHECK(infos[0].required);
  CHECK(infos[0].default_text.empty());
  CHECK(infos[1].default_text == "10s");
  CHECK(infos[2].default_text == "{warn: 1KiB}");
  CHECK(infos[2].shape.name() == "limit (size, larger is worse)");
  CHECK(infos[4].shape.name() == "list of text");
  CHECK(infos[6].shape.name() == "one of red, green");
  CHECK(infos[6].default_text == "green");
  CHECK(infos[11].shape.members.front().name == "deep");
}

TEST_CASE("nearest: typos are found, unrelated words are not") {
  const std::vector<std::string_view> words{"interval", "timeout", "path"};
  CHECK(nearest("intervall", words) == "interval");
  CHECK(nearest("tiemout", words) == "timeout");
  CHECK(nearest("pth", words) == "path");
  CHECK(nearest("banana", words).empty());
  CHECK(nearest("", words).empty());
  CHECK(nearest(std::string(1'000'000, 'a'), words).empty());
}
