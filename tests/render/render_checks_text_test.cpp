#include <algorithm>

#include <doctest/doctest.h>

#include "fakes/snapshots.hpp"
#include "render/render.hpp"

using namespace telltale;

TEST_CASE("checks text: one check, byte by byte") {
  fakes::picture picture;
  auto found = outcome::fail(reason::threshold, "/data 91% used (limit 90%)");
  found.measurements = {{"used_ratio", 0.91}};
  auto& view = picture.add("data", "disk", found);
  view.counters.failures[reason::threshold] = 3;
  picture.settings().gates = {gate::ready, gate::startup};
  picture.settings().description = "Where uploads go.";
  picture.settings().links = text_map{{"runbook", "https://example.org/disk"}};
  CHECK(check_text(*picture.take(), view, details::full) ==
        "[-]data fail threshold: /data 91% used (limit 90%)\n"
        "    type disk, gates ready+startup, severity critical, scope local, every 10s, timeout 2s\n"
        "    fail since 2026-01-02T03:04:03.000Z, 7 runs, last 2026-01-02T03:04:03.000Z (12 ms), 3 failed threshold\n"
        "    used_ratio 0.91\n"
        "    Where uploads go.\n"
        "    runbook: https://example.org/disk\n");
}

TEST_CASE("checks text: a run that the thresholds held back is told") {
  fakes::picture picture;
  auto& view = picture.add("db", "sqlite", outcome::pass("fine"));
  view.status =
      next_status(view.status, outcome::fail(reason::locked, "busy"), {1, 3, std::chrono::minutes(1)}, fakes::boot_now);
  CHECK(check_text(*picture.take(), view, details::names).find("1 against it in a row: fail locked\n") !=
        std::string::npos);
}

TEST_CASE("checks text: the whole list begins with the gates") {
  const auto body = checks_text(*fakes::mixed_picture().take(), details::full);
  CHECK(
      body.starts_with("[+]gate live pass\n[-]gate ready fail: failing: disk (threshold), model (pending)\n[+]gate "
                       "startup pass\n\n[+]db ok\n"));
}

TEST_CASE("checks text: names hide what checks said, none hides the checks") {
  const auto picture = fakes::mixed_picture().take();
  const auto body = checks_text(*picture, details::names);
  CHECK(body.find("[-]disk fail threshold\n") != std::string::npos);
  for (const std::string hidden : {"/data", "0.91", "uploads", "example.org"})
    CHECK(body.find(hidden) == std::string::npos);
  CHECK(checks_text(*picture, details::none).find("disk") == std::string::npos);
}

TEST_CASE("checks text: hostile text cannot forge a line or reach a terminal") {
  for (const auto& hostile : fakes::hostile_texts()) {
    CAPTURE(hostile);
    fakes::picture picture;
    auto found = outcome::warn(reason::protocol, hostile);
    found.measurements = {{"n" + hostile, 1}};
    picture.add(hostile, hostile, found);
    picture.settings().description = hostile;
    picture.settings().links = text_map{{hostile, hostile}};
    const auto body = checks_text(*picture.take(), details::full);
    CHECK(std::count(body.begin(), body.end(), '\n') <= 10);
    CHECK(body.find("\n[+]forged") == std::string::npos);
    CHECK(body.find('\x1b') == std::string::npos);
    CHECK(body.find('\0') == std::string::npos);
  }
}
