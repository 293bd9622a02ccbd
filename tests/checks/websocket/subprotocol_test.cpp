// Tests offered subprotocols: names and secrets, accepted responses, and that no secret is shown.
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include <doctest/doctest.h>

#include "checks/websocket/scripts.hpp"

using namespace telltale;
using namespace telltale::fakes;

namespace {

const std::string token = "eyJhbGciOi.JIUzI1NiJ9-_.c2lnbmF0dXJl";

raw_value list_of(std::vector<raw_value> items) { return raw_value::list(std::move(items)); }
raw_value from_environment(const std::string& value) {
  ::setenv("TELLTALE_TEST_TOKEN", value.c_str(), 1);
  return map_of({{"env", text("TELLTALE_TEST_TOKEN")}});
}
options bearer() { return {{"subprotocol", list_of({text("bearer"), from_environment(token)})}}; }

std::string offered_in(const std::string& request) {
  const std::string name = "\r\nSec-WebSocket-Protocol: ";
  const auto at = request.find(name);
  if (at == std::string::npos) return "";
  const auto begin = at + name.size();
  return request.substr(begin, request.find("\r\n", begin) - begin);
}

std::string choosing(const std::string& value) { return "Sec-WebSocket-Protocol: " + value + "\r\n"; }

std::string problems_of(options chosen) {
  chosen.emplace_back("url", text("ws://127.0.0.1/"));
  problems found;
  checks::websocket().validate(map_of(std::move(chosen)), found, {});
  std::string out;
  for (const auto& p : found.list()) out += p.message + "\n";
  return out;
}

std::string failure_to_make(options chosen) {
  chosen.emplace_back("url", text("ws://127.0.0.1/"));
  try {
    checks::websocket().make_async(map_of(std::move(chosen)));
  } catch (const std::runtime_error& e) {
    return e.what();
  }
  return "";
}

}  // namespace

TEST_CASE("websocket subprotocol: offers are sent in order in one header") {
  struct row {
    std::string name;
    raw_value subprotocol;
    std::string sent;
  };
  const row rows[] = {
      {"one name", text("chat"), "chat"},
      {"several names", list_of({text("chat.v2"), text("chat")}), "chat.v2, chat"},
      {"a secret behind a name", list_of({text("bearer"), from_environment(token)}), "bearer, " + token},
      {"a secret alone", from_environment(token), token},
      {"a secret with a prefix",
       list_of({text("v1"), map_of({{"env", text("TELLTALE_TEST_TOKEN")}, {"prefix", text("token.")}})}),
       "v1, token." + token},
  };
  for (const auto& r : rows) {
    CAPTURE(r.name);
    std::string offered;
    const script takes_the_first = [&offered](tcp::socket socket) -> asio::awaitable<void> {
      const auto request = co_await read_request(socket);
      offered = offered_in(request);
      auto reply = accepting(request, choosing(offered.substr(0, offered.find(','))));
      co_await say(socket, std::move(reply));
      co_await behave(socket);
    };
    const auto out = probe_against(takes_the_first, {{"subprotocol", r.subprotocol}}, 5s);
    CHECK(out.verdict == verdict::pass);
    CHECK(offered == r.sent);
    CHECK_FALSE(contains(out.message, token));
  }
}

TEST_CASE("websocket subprotocol: only offered subprotocols are accepted in the response") {
  struct row {
    std::string name;
    std::string answer;
    bool accepted;
    std::string words = "";
  };
  const row rows[] = {
      {"the name", choosing("bearer"), true},
      {"the secret", choosing(token), true},
      {"blanks around it", choosing(" bearer  "), true},
      {"none", "", false, "chose none of the offered subprotocols ('bearer', ***)"},
      {"an empty one", choosing(""), false, "not offered"},
      {"another one", choosing("chat"), false, "a subprotocol that was not offered ('bearer', *** were)"},
      {"other case", choosing("Bearer"), false, "not offered"},
      {"the whole offer", choosing("bearer, " + token), false, "several subprotocols"},
      {"two headers", choosing("bearer") + choosing("bearer"), false, "several subprotocols"},
      {"a part of the secret", choosing(token.substr(0, 20)), false, "not offered"},
  };
  for (const auto& r : rows) {
    CAPTURE(r.name);
    const auto out = probe_against(opens_with(r.answer), bearer(), 5s);
    CAPTURE(out.message);
    CHECK(out.verdict == (r.accepted ? verdict::pass : verdict::fail));
    if (!r.accepted) CHECK(out.reason == reason::protocol);
    CHECK(contains(out.message, r.words));
    CHECK_FALSE(contains(out.message, token.substr(0, 6)));
  }
  CHECK(contains(probe_against(opens_with(choosing("chat")), {}, 5s).message, "not requested"));
  const auto in_the_text = probe_against(healthy, {{"subprotocol", list_of({text("bearer"), text(token)})}}, 5s);
  CHECK(contains(in_the_text.message, "chose none of the offered subprotocols ('bearer', ***)"));
}

TEST_CASE("websocket subprotocol: a secret echoed by the server is not shown") {
  const script behaviours[] = {
      status("302 Found", "Location: /login/" + token + "\r\n"),
      status("401 " + token, "X-Token: " + token + "\r\n"),
      status("426 No", "Sec-WebSocket-Version: " + token + "\r\n"),
      answers(token + "\r\n\r\n"),
      answers("HTTP/1.1 101 " + token + "\r\n" + token + "\r\n\r\n"),
      opens_with(choosing(token + "x")),
      opens_with(choosing("bearer") + "Sec-WebSocket-Extensions: " + token + "\r\n"),
      [](tcp::socket socket) -> asio::awaitable<void> {
        const auto request = co_await read_request(socket);
        auto reply = accepting(request, choosing("bearer")) + close_frame(4401, "expired: " + token);
        co_await say(socket, std::move(reply));
        co_await until_closed(socket);
      },
  };
  for (const auto& behaviour : behaviours) {
    const auto out = probe_against(behaviour, bearer(), 5s);
    CAPTURE(out.message);
    CHECK(out.verdict == verdict::fail);
    CHECK(out.reason != reason::internal);
    for (std::size_t i = 0; i + 6 <= token.size(); ++i) CHECK_FALSE(contains(out.message, token.substr(i, 6)));
  }
}

TEST_CASE("websocket subprotocol: an echoed prefix of a secret may be shown, the whole secret is not") {
  ::setenv("TELLTALE_TEST_TOKEN", "abc.def-123", 1);
  const options chosen = {
      {"headers",
       map_of({{"Authorization", map_of({{"env", text("TELLTALE_TEST_TOKEN")}, {"prefix", text("Bearer ")}})}})}};
  const auto out = probe_against(opens_and_sends(close_frame(4401, "bad Bearer abc.def-123")), chosen, 5s);
  CAPTURE(out.message);
  CHECK(contains(out.message, "'bad Bearer ***'"));
}

TEST_CASE("websocket subprotocol: mistakes are reported without a connection") {
  struct row {
    std::string words;
    raw_value subprotocol;
  };
  const row rows[] = {
      {"has characters other than letters, digits", text("a, b")},
      {"has characters other than letters, digits", text("")},
      {"name 2 has characters other than letters, digits", list_of({text("chat"), text("a b")})},
      {"name 1 is offered twice", list_of({from_environment(token), from_environment(token)})},
      {"has characters other than letters, digits",
       map_of({{"env", text("TELLTALE_TEST_TOKEN")}, {"prefix", text("Bearer: ")}})},
      {"subprotocol: name 1 is offered twice", list_of({text("chat"), text("v2"), text("chat")})},
      {"subprotocol: the list is empty", list_of({})},
      {"unknown option 'name'", map_of({{"name", text("chat")}})},
  };
  for (const auto& r : rows) {
    CAPTURE(r.words);
    const auto found = problems_of({{"subprotocol", r.subprotocol}});
    CAPTURE(found);
    CHECK(contains(found, r.words));
  }
  CHECK(problems_of({{"subprotocol", list_of({text("chat"), text("Chat")})}}) == "");
}

TEST_CASE("websocket subprotocol: an invalid secret is reported when the check is built, without its value") {
  const auto path = std::filesystem::temp_directory_path() / ("telltale-ws-token-" + std::to_string(::getpid()));
  const auto from_file = [&](const std::string& content) {
    std::ofstream(path) << content;
    return options{{"subprotocol", list_of({text("bearer"), map_of({{"file", text(path.string())}})})}};
  };
  CHECK(failure_to_make(from_file("abc123\n")) == "");
  for (const std::string bad : {"hidden=", "hidden/x", "hidden x", "hidden,x", "hidden\r\nX-A: b", "hidden\xc3\xa4"}) {
    CAPTURE(bad);
    const auto failed = failure_to_make(from_file(bad));
    CHECK(contains(failed, "subprotocol: the secret from file " + path.string()));
    CHECK_FALSE(contains(failed, "hidden"));
  }
  CHECK(contains(failure_to_make(from_file("bearer")), "is offered twice"));
  std::filesystem::remove(path);
  CHECK(contains(failure_to_make({{"subprotocol", map_of({{"file", text(path.string())}})}}), path.string()));
}
