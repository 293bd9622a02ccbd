#include <algorithm>

#include <doctest/doctest.h>

#include "fakes/snapshots.hpp"
#include "render/render.hpp"

using namespace telltale;

namespace {

std::string ready(const snapshot& snap, details level = details::full, gate_filter filter = {}) {
  return gate_text(snap, gate::ready, snap.of(gate::ready).state, level, filter);
}

}  // namespace

TEST_CASE("text: a snapshot with one check per state, byte by byte") {
  auto snap = fakes::mixed_snapshot();
  snap.add("old", "disk", outcome::warn(reason::threshold, "nearly full"));
  CHECK(ready(*snap.take()) ==
        "[-]disk fail threshold: /data 91% used (limit 90%)\n"
        "[-]updates fail refused: connection refused (severity degraded)\n"
        "[?]model pending\n"
        "[!]old warn threshold: nearly full\n"
        "[+]db ok\n"
        "ready check failed\n");
}

TEST_CASE("text: the last line shows whether the gate passed, with warnings or not") {
  fakes::snapshot_builder snap;
  snap.add("db", "sqlite", outcome::pass("fine"));
  CHECK(ready(*snap.take()) == "[+]db ok\nready check passed\n");
  snap.add("x", "disk", outcome::warn(reason::threshold, "message"));
  CHECK(ready(*snap.take()) == "[!]x warn threshold: message\n[+]db ok\nready check passed with warnings\n");
}

TEST_CASE("text: names omits the reasons, none leaves the last line") {
  const auto snap = fakes::mixed_snapshot().take();
  CHECK(ready(*snap, details::names) ==
        "[-]disk fail threshold\n[-]updates fail refused (severity degraded)\n[?]model pending\n[+]db ok\n"
        "ready check failed\n");
  CHECK(ready(*snap, details::none, {{}, {"db"}}) == "ready check failed\n");
}

TEST_CASE("text: a gate that no check explains gives its own reason") {
  fakes::snapshot_builder snap;
  CHECK(ready(*snap.take()).starts_with("no check feeds this gate"));
  snap.add("db", "sqlite", outcome::pass("fine"));
  snap.draining = true;
  CHECK(ready(*snap.take()).starts_with("[+]db ok\ndraining: "));
}

TEST_CASE("text: a check that is pending after a stall is shown as such") {
  fakes::snapshot_builder snap;
  auto& view = snap.add("db", "sqlite", outcome::pass("fine"));
  view.status = reset_after_stall(view.status, std::chrono::seconds(90), fakes::boot_now);
  CHECK(ready(*snap.take()) ==
        "[?]db pending stale: the program was suspended for 90 s; checking again\nready check failed\n");
}

TEST_CASE("text: excluded names are shown as by kube-apiserver") {
  const auto body = ready(*fakes::mixed_snapshot().take(), details::full, {{}, {"disk", "nobody"}});
  CHECK(body.find("[-]disk") == std::string::npos);
  CHECK(body.find("excluded: disk\n") != std::string::npos);
  CHECK(body.find("warn: not excluded: no check of gate ready is named nobody\n") != std::string::npos);
}

TEST_CASE("text: selected names are shown, and an unknown one explains the gate") {
  const auto taken = fakes::mixed_snapshot().take();
  CHECK(gate_text(*taken, gate::ready, {verdict::pass, reason::ok, {}}, details::full, {{"db"}, {}}) ==
        "[+]db ok\nonly: db\nready check passed\n");
  const gate_state missing{verdict::fail, reason::missing, "no check of gate ready is named nobody"};
  CHECK(gate_text(*taken, gate::ready, missing, details::full, {{"db", "nobody"}, {}}) ==
        "[+]db ok\nonly: db\nno check of gate ready is named nobody\nready check failed\n");
}

TEST_CASE("text: 5,000 checks stay below 10 KiB, failing ones first, the rest counted") {
  fakes::snapshot_builder snap;
  for (int i = 0; i < 5000; ++i)
    snap.add("check-" + std::to_string(i), "disk",
             i == 4999 ? outcome::fail(reason::full, "no space") : outcome::pass("fine"));
  const auto body = ready(*snap.take());
  CHECK(body.size() < 10 * 1024);
  CHECK(body.starts_with("[-]check-4999 fail full: no space\n"));
  CHECK(body.ends_with(" more checks not shown; see /checks\nready check failed\n"));
}

TEST_CASE("text: hostile text cannot forge a line, reach a terminal or break the limit") {
  for (const auto& hostile : fakes::hostile_texts()) {
    CAPTURE(hostile);
    fakes::snapshot_builder snap;
    snap.add(hostile, "disk", outcome::fail(reason::protocol, hostile));
    const auto body = gate_text(*snap.take(), gate::ready, {verdict::fail, reason::timeout, hostile}, details::full,
                                {{"x" + hostile}, {"y" + hostile}});
    CHECK(body.size() < 10 * 1024);
    CHECK(std::count(body.begin(), body.end(), '\n') <= 4);
    CHECK(body.find("\n[+]forged") == std::string::npos);
    CHECK(body.find('\x1b') == std::string::npos);
    CHECK(body.find('\0') == std::string::npos);
    CHECK(body.ends_with("\nready check failed\n"));
  }
}

TEST_CASE("text: a model that is still loading shows its progress") {
  fakes::snapshot_builder snap;
  snap.add("model", "marker", outcome::fail(reason::pending, "loading 40%"));
  CHECK(ready(*snap.take()) == "[-]model fail pending: loading 40%\nready check failed\n");
}
