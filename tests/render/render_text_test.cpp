#include <algorithm>

#include <doctest/doctest.h>

#include "fakes/snapshots.hpp"
#include "render/render.hpp"

using namespace telltale;

namespace {

std::string ready(const snapshot& picture, details level = details::full, gate_filter filter = {}) {
  return gate_text(picture, gate::ready, picture.of(gate::ready).state, level, filter);
}

}  // namespace

TEST_CASE("text: a picture with one check of each state, byte by byte") {
  auto picture = fakes::mixed_picture();
  picture.add("old", "disk", outcome::warn(reason::threshold, "nearly full"));
  CHECK(ready(*picture.take()) ==
        "[-]disk fail threshold: /data 91% used (limit 90%)\n"
        "[-]updates fail refused: connection refused (severity degraded)\n"
        "[?]model pending\n"
        "[!]old warn threshold: nearly full\n"
        "[+]db ok\n"
        "ready check failed\n");
}

TEST_CASE("text: the last line says whether the gate passed, with warnings or not") {
  fakes::picture picture;
  picture.add("db", "sqlite", outcome::pass("fine"));
  CHECK(ready(*picture.take()) == "[+]db ok\nready check passed\n");
  picture.add("x", "disk", outcome::warn(reason::threshold, "message"));
  CHECK(ready(*picture.take()) == "[!]x warn threshold: message\n[+]db ok\nready check passed with warnings\n");
}

TEST_CASE("text: names only leave the reasons, none leaves the last line") {
  const auto picture = fakes::mixed_picture().take();
  CHECK(ready(*picture, details::names) ==
        "[-]disk fail threshold\n[-]updates fail refused (severity degraded)\n[?]model pending\n[+]db ok\n"
        "ready check failed\n");
  CHECK(ready(*picture, details::none, {{}, {"db"}}) == "ready check failed\n");
}

TEST_CASE("text: a gate that no check explains says why itself") {
  fakes::picture picture;
  CHECK(ready(*picture.take()).starts_with("no check feeds this gate"));
  picture.add("db", "sqlite", outcome::pass("fine"));
  picture.draining = true;
  CHECK(ready(*picture.take()).starts_with("[+]db ok\ndraining: "));
}

TEST_CASE("text: a check that waits to be believed again says so") {
  fakes::picture picture;
  auto& view = picture.add("db", "sqlite", outcome::pass("fine"));
  view.status = distrust(view.status, std::chrono::seconds(90), fakes::boot_now);
  CHECK(ready(*picture.take()) ==
        "[?]db pending stale: the program stood still for 90 s; checking again\nready check failed\n");
}

TEST_CASE("text: excluded names are told as kube-apiserver tells them") {
  const auto body = ready(*fakes::mixed_picture().take(), details::full, {{}, {"disk", "nobody"}});
  CHECK(body.find("[-]disk") == std::string::npos);
  CHECK(body.find("excluded: disk\n") != std::string::npos);
  CHECK(body.find("warn: not excluded: no check of gate ready is named nobody\n") != std::string::npos);
}

TEST_CASE("text: chosen names are told, and one that is not there explains the gate") {
  const auto taken = fakes::mixed_picture().take();
  CHECK(gate_text(*taken, gate::ready, {verdict::pass, reason::ok, {}}, details::full, {{"db"}, {}}) ==
        "[+]db ok\nonly: db\nready check passed\n");
  const gate_state missing{verdict::fail, reason::missing, "no check of gate ready is named nobody"};
  CHECK(gate_text(*taken, gate::ready, missing, details::full, {{"db", "nobody"}, {}}) ==
        "[+]db ok\nonly: db\nno check of gate ready is named nobody\nready check failed\n");
}

TEST_CASE("text: 5,000 checks stay below 10 KiB, the failing ones first, the rest counted") {
  fakes::picture picture;
  for (int i = 0; i < 5000; ++i)
    picture.add("check-" + std::to_string(i), "disk",
                i == 4999 ? outcome::fail(reason::full, "no space") : outcome::pass("fine"));
  const auto body = ready(*picture.take());
  CHECK(body.size() < 10 * 1024);
  CHECK(body.starts_with("[-]check-4999 fail full: no space\n"));
  CHECK(body.ends_with(" more checks not shown; see /checks\nready check failed\n"));
}

TEST_CASE("text: hostile text cannot forge a line, reach a terminal or break the limit") {
  for (const auto& hostile : fakes::hostile_texts()) {
    CAPTURE(hostile);
    fakes::picture picture;
    picture.add(hostile, "disk", outcome::fail(reason::protocol, hostile));
    const auto body = gate_text(*picture.take(), gate::ready, {verdict::fail, reason::timeout, hostile}, details::full,
                                {{"x" + hostile}, {"y" + hostile}});
    CHECK(body.size() < 10 * 1024);
    CHECK(std::count(body.begin(), body.end(), '\n') <= 4);
    CHECK(body.find("\n[+]forged") == std::string::npos);
    CHECK(body.find('\x1b') == std::string::npos);
    CHECK(body.find('\0') == std::string::npos);
    CHECK(body.ends_with("\nready check failed\n"));
  }
}

TEST_CASE("text: a model that is still loading says how far it is") {
  fakes::picture picture;
  picture.add("model", "marker", outcome::fail(reason::pending, "loading 40%"));
  CHECK(ready(*picture.take()) == "[-]model fail pending: loading 40%\nready check failed\n");
}
