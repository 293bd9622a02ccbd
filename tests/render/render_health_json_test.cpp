#include <limits>

#include <doctest/doctest.h>
#include <boost/json/parse.hpp>

#include <telltale/version.hpp>
#include "fakes/snapshots.hpp"
#include "render/render.hpp"

using namespace telltale;
namespace json = boost::json;

namespace {

std::string ready(const snapshot& snap, details level = details::full, gate_filter filter = {}) {
  return gate_health_json(snap, gate::ready, snap.of(gate::ready).state, level, filter);
}

std::string released() { return "\"releaseId\":\"" + std::string(version()) + "\""; }

}  // namespace

TEST_CASE("health json: a snapshot with one check per state, byte by byte") {
  const std::string common = R"("time":"2026-01-02T03:04:03.000Z")";
  const std::string db = R"({"componentType":"datastore","status":"pass","reason":"ok",)" + common;
  const std::string expected =
      R"({"status":"fail","version":"1",)" + released() +
      R"j(,"output":"failing: disk (threshold), model (pending)","checks":{)j"
      R"("disk:used_ratio":[{"componentType":"system","status":"fail","reason":"threshold",)" +
      common +
      R"j(,"output":"/data 91% used (limit 90%)","observedValue":0.91,"observedUnit":"ratio"}],)j"
      R"("updates":[{"componentType":"component","status":"fail","reason":"refused",)" +
      common +
      R"(,"output":"connection refused"}],)"
      R"("model":[{"componentType":"system","status":"pending","reason":"pending","output":"not run yet"}],)"
      R"("db:wal_bytes":[)" +
      db +
      R"(,"links":{"runbook":"https://example.org/db"},"observedValue":4096,"observedUnit":"bytes"}],)"
      R"("db:writer_lock_held_seconds":[)" +
      db +
      R"(,"observedValue":0.25,"observedUnit":"s"}],)"
      R"("db:readers":[)" +
      db +
      R"(,"observedValue":2}]}})"
      "\n";
  CHECK(ready(*fakes::mixed_snapshot().take()) == expected);
}

TEST_CASE("health json: with names only, no message or measurement is shown") {
  const auto body = ready(*fakes::mixed_snapshot().take(), details::names);
  const auto checks = json::parse(body).at("checks").as_object();
  CHECK(checks.size() == 4);
  CHECK(checks.at("disk").at(0).at("status") == "fail");
  CHECK(checks.at("disk").at(0).at("reason") == "threshold");
  for (const std::string hidden : {"/data", "0.91", "example.org", "observedValue", "refused\"}", "uploads"}) {
    CAPTURE(hidden);
    CHECK(body.find(hidden) == std::string::npos);
  }
}

TEST_CASE("health json: without details only status, version and releaseId are shown") {
  CHECK(ready(*fakes::mixed_snapshot().take(), details::none, {{}, {"db"}}) ==
        R"({"status":"fail","version":"1",)" + released() + "}\n");
}

TEST_CASE("health json: a passing gate has no output, and its checks have none") {
  fakes::snapshot_builder snap;
  snap.add("db", "sqlite", outcome::pass("fine"));
  const auto body = json::parse(ready(*snap.take()));
  CHECK(body.at("status") == "pass");
  CHECK_FALSE(body.as_object().contains("output"));
  CHECK_FALSE(body.at("checks").at("db").at(0).as_object().contains("output"));
}

TEST_CASE("health json: draining is reported even when every check passes") {
  fakes::snapshot_builder snap;
  snap.add("db", "sqlite", outcome::pass("fine"));
  snap.draining = true;
  const auto body = json::parse(ready(*snap.take()));
  CHECK(body.at("status") == "fail");
  CHECK(std::string(body.at("output").as_string()).starts_with("draining: "));
}

TEST_CASE("health json: excluded names are noted, including unknown ones") {
  const auto snap = fakes::mixed_snapshot().take();
  const auto body = json::parse(ready(*snap, details::full, {{}, {"disk", "nobody"}}));
  CHECK(body.at("notes") ==
        json::parse(R"(["excluded: disk","not excluded: no check of gate ready is named nobody"])"));
  CHECK_FALSE(body.at("checks").as_object().contains("disk:used_ratio"));
}

TEST_CASE("health json: numbers that are not finite and duplicate measurements are omitted") {
  fakes::snapshot_builder snap;
  auto found = outcome::pass("fine");
  found.measurements = {{"a", std::numeric_limits<double>::infinity()}, {"b", 1}, {"b", 2}};
  snap.add("db", "sqlite", found);
  const auto checks = json::parse(ready(*snap.take())).at("checks").as_object();
  CHECK(checks.size() == 1);
  CHECK(checks.at("db:b").at(0).at("observedValue") == 1);
}

TEST_CASE("health json: 5,000 checks stay below 10 KiB, failing ones first, the rest counted") {
  fakes::snapshot_builder snap;
  for (int i = 0; i < 5000; ++i) {
    auto found = i < 4990 ? outcome::pass("fine") : outcome::fail(reason::threshold, "too full");
    found.measurements = {{"used_bytes", 1e6 + i}, {"free_bytes", 5}};
    snap.add("check-" + std::to_string(i), "disk", found);
  }
  for (const auto level : {details::full, details::names, details::none}) {
    const auto body = ready(*snap.take(), level);
    CHECK(body.size() < 10 * 1024);
    CHECK(json::parse(body).at("status") == "fail");
  }
  const auto body = json::parse(ready(*snap.take()));
  const auto& checks = body.at("checks").as_object();
  CHECK(checks.contains("check-4990:used_bytes"));
  CHECK(checks.contains("check-4999:used_bytes"));
  CHECK(checks.contains("check-0"));
  const std::string note(body.at("notes").at(0).as_string());
  CHECK(note.ends_with("more checks not shown; see /checks"));
  CHECK(std::stoul(note) + checks.size() - 10 == 5000);  // the ten failing checks have two entries each
}

TEST_CASE("health json: checks that do not fit are shown without measurements before any is omitted") {
  fakes::snapshot_builder snap;
  for (int i = 0; i < 40; ++i) {
    auto found = outcome::pass("fine");
    for (int m = 0; m < 10; ++m) found.measurements.push_back({"m" + std::to_string(m), 1.5});
    snap.add("check-" + std::to_string(i), "sqlite", found);
  }
  const auto text = ready(*snap.take());
  const auto body = json::parse(text);
  CHECK(text.size() < 10 * 1024);
  CHECK(body.at("checks").as_object().contains("check-0:m9"));
  CHECK(body.at("checks").as_object().contains("check-39"));
  CHECK(std::string(body.at("notes").at(0).as_string()).ends_with("shown without measurements; see /checks"));
}

TEST_CASE("health json: hostile text anywhere gives valid JSON below the limit") {
  for (const auto& hostile : fakes::hostile_texts()) {
    CAPTURE(hostile);
    fakes::snapshot_builder snap;
    auto found = outcome::fail(reason::protocol, hostile);
    found.measurements = {{"n" + hostile, 1}};
    snap.add(hostile, hostile, found);
    snap.settings().description = hostile;
    snap.settings().links = text_map{{hostile, hostile}};
    const auto taken = snap.take();
    for (const auto level : {details::full, details::names, details::none}) {
      const auto body = gate_health_json(*taken, gate::ready, {verdict::fail, reason::protocol, hostile}, level,
                                         {{"x" + hostile, hostile}, {hostile, "other", hostile}});
      CHECK(body.size() < 10 * 1024);
      CHECK(json::parse(body).at("status") == "fail");
      CHECK(body.find('\n') == body.size() - 1);
    }
  }
}
