#include <doctest/doctest.h>
#include <boost/json/parse.hpp>

#include "fakes/snapshots.hpp"
#include "render/render.hpp"

using namespace telltale;
namespace json = boost::json;

TEST_CASE("checks json: one check, byte by byte") {
  fakes::snapshot_builder snap;
  auto found = outcome::fail(reason::threshold, "/data 91% used (limit 90%)");
  found.measurements = {{"used_ratio", 0.91}};
  auto& view = snap.add("data", "disk", found);
  view.counters.failures[reason::threshold] = 3;
  snap.settings().description = "Where uploads go.";
  snap.settings().links = text_map{{"runbook", "https://example.org/disk"}};
  CHECK(check_json(*snap.take(), view, details::full) ==
        R"j({"name":"data","type":"disk","gates":["ready"],"severity":"critical","scope":"local",)j"
        R"j("description":"Where uploads go.","state":"fail","reason":"threshold",)j"
        R"j("message":"/data 91% used (limit 90%)","since":"2026-01-02T03:04:03.000Z","streak":0,)j"
        R"j("last_outcome":{"verdict":"fail","reason":"threshold","message":"/data 91% used (limit 90%)"},)j"
        R"j("last_run":"2026-01-02T03:04:03.000Z","last_duration_seconds":0.012,"age_seconds":2,"runs":7,)j"
        R"j("failures":{"threshold":3},"measurements":{"used_ratio":0.91},)j"
        R"j("links":{"runbook":"https://example.org/disk"},"interval_seconds":10,"failing_interval_seconds":2,)j"
        R"j("timeout_seconds":2,"max_age_seconds":22,"rise":1,"fall":1})j"
        "\n");
}

TEST_CASE("checks json: a check that has not run has neither a last run nor an age") {
  fakes::snapshot_builder snap;
  const auto& view = snap.add_pending("model", "marker");
  const auto body = json::parse(check_json(*snap.take(), view, details::full)).as_object();
  CHECK(body.at("state") == "pending");
  CHECK_FALSE(body.contains("last_run"));
  CHECK_FALSE(body.contains("age_seconds"));
}

TEST_CASE("checks json: a run below the threshold shows as the last outcome") {
  fakes::snapshot_builder snap;
  auto& view = snap.add("db", "sqlite", outcome::pass("fine"));
  view.status =
      next_status(view.status, outcome::fail(reason::locked, "busy"), {1, 3, std::chrono::minutes(1)}, fakes::boot_now);
  const auto body = json::parse(check_json(*snap.take(), view, details::full));
  CHECK(body.at("state") == "pass");
  CHECK(body.at("streak") == 1);
  CHECK(body.at("last_outcome") == json::parse(R"({"verdict":"fail","reason":"locked","message":"busy"})"));
}

TEST_CASE("checks json: the full list has the gates, and the checks in configuration order") {
  const auto body = json::parse(checks_json(*fakes::mixed_snapshot().take(), details::full));
  CHECK(body.at("taken") == "2026-01-02T03:04:05.000Z");
  CHECK(body.at("gates").at("ready").at("status") == "fail");
  CHECK(body.at("gates").at("ready").at("message") == "failing: disk (threshold), model (pending)");
  CHECK(body.at("gates").at("startup").at("status") == "pass");
  CHECK(body.at("checks").as_array().size() == 4);
  CHECK(body.at("checks").at(0).at("name") == "db");
  CHECK(body.at("checks").at(3).at("name") == "model");
}

TEST_CASE("checks json: names hide messages, measurements, descriptions and links") {
  const auto snap = fakes::mixed_snapshot().take();
  const auto body = checks_json(*snap, details::names);
  CHECK(json::parse(body).at("checks").at(1).at("reason") == "threshold");
  for (const std::string hidden : {"/data", "0.91", "uploads", "example.org", "4096", "connection refused"}) {
    CAPTURE(hidden);
    CHECK(body.find(hidden) == std::string::npos);
  }
}

TEST_CASE("checks json: without details no check name is shown") {
  const auto snap = fakes::mixed_snapshot().take();
  CHECK(json::parse(checks_json(*snap, details::none)).at("gates").at("ready").at("status") == "fail");
  CHECK(checks_json(*snap, details::none).find("disk") == std::string::npos);
  CHECK(check_json(*snap, *snap->checks[0], details::none) == "{}\n");
}

TEST_CASE("checks json: options are never shown") {
  fakes::snapshot_builder snap;
  snap.add("db", "sqlite", outcome::pass("fine"));
  snap.config().options = raw_value::map({{"path", {}, raw_value::scalar("/planted/secret")}});
  CHECK(checks_json(*snap.take(), details::full).find("planted") == std::string::npos);
  CHECK(checks_text(*snap.take(), details::full).find("planted") == std::string::npos);
}

TEST_CASE("checks json: hostile text anywhere gives valid JSON") {
  for (const auto& hostile : fakes::hostile_texts()) {
    CAPTURE(hostile);
    fakes::snapshot_builder snap;
    auto found = outcome::warn(reason::protocol, hostile);
    found.measurements = {{"n" + hostile, 1}};
    snap.add(hostile, hostile, found);
    snap.settings().description = hostile;
    snap.settings().links = text_map{{hostile, hostile}};
    const auto body = json::parse(checks_json(*snap.take(), details::full));
    CHECK(body.at("checks").at(0).at("reason") == "protocol");
  }
}
