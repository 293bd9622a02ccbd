#include <algorithm>

#include <doctest/doctest.h>

#include "fakes/snapshots.hpp"
#include "render/render.hpp"

using namespace telltale;

TEST_CASE("checks text: one check, byte by byte") {
  fakes::snapshot_builder snap;
  auto found = outcome::fail(reason::threshold, "/data 91% used (limit 90%)");
  found.measurements = {{"used_ratio", 0.91}};
  auto& view = snap.add("data", "disk", found);
  view.counters.failures[reason::threshold] = 3;
  snap.settings().gates = {gate::ready, gate::startup};
  snap.settings().description = "Where uploads go.";
  snap.settings().links = text_map{{"runbook", "https://example.org/disk"}};
  CHECK(check_text(*snap.take(), view, details::full) ==
        "[-]data fail threshold: /data 91% used (limit 90%)\n"
        "    type disk, gates ready+startup, severity critical, scope local, every 10s, timeout 2s\n"
        "    fail since 2026-01-02T03:04:03.000Z, 7 runs, last 2026-01-02T03:04:03.000Z (12 ms), 3 failed threshold\n"
        "    used_ratio 0.91\n"
        "    Where uploads go.\n"
        "    runbook: https://example.org/disk\n");
}

TEST_CASE("checks text: a run below the threshold is shown") {
  fakes::snapshot_builder snap;
  auto& view = snap.add("db", "sqlite", outcome::pass("fine"));
  view.status =
      next_status(view.status, outcome::fail(reason::locked, "busy"), {1, 3, std::chrono::minutes(1)}, fakes::boot_now);
  CHECK(check_text(*snap.take(), view, details::names).find("1 against it in a row: fail locked\n") !=
        std::string::npos);
}

TEST_CASE("checks text: the full list begins with the gates") {
  const auto body = checks_text(*fakes::mixed_snapshot().take(), details::full);
  CHECK(
      body.starts_with("[+]gate live pass\n[-]gate ready fail: failing: disk (threshold), model (pending)\n[+]gate "
                       "startup pass\n\n[+]db ok\n"));
}

TEST_CASE("checks text: names omits messages, none omits the checks") {
  const auto snap = fakes::mixed_snapshot().take();
  const auto body = checks_text(*snap, details::names);
  CHECK(body.find("[-]disk fail threshold\n") != std::string::npos);
  for (const std::string hidden : {"/data", "0.91", "uploads", "example.org"})
    CHECK(body.find(hidden) == std::string::npos);
  CHECK(checks_text(*snap, details::none).find("disk") == std::string::npos);
}

TEST_CASE("checks text: hostile text cannot forge a line or reach a terminal") {
  for (const auto& hostile : fakes::hostile_texts()) {
    CAPTURE(hostile);
    fakes::snapshot_builder snap;
    auto found = outcome::warn(reason::protocol, hostile);
    found.measurements = {{"n" + hostile, 1}};
    snap.add(hostile, hostile, found);
    snap.settings().description = hostile;
    snap.settings().links = text_map{{hostile, hostile}};
    const auto body = checks_text(*snap.take(), details::full);
    CHECK(std::count(body.begin(), body.end(), '\n') <= 10);
    CHECK(body.find("\n[+]forged") == std::string::npos);
    CHECK(body.find('\x1b') == std::string::npos);
    CHECK(body.find('\0') == std::string::npos);
  }
}
