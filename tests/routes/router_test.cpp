// Tests the reply of each path in each representation.
#include <doctest/doctest.h>
#include <boost/json/parse.hpp>

#include "fakes/exposition.hpp"
#include "fakes/gunzip.hpp"
#include "routes/router_sample.hpp"

using namespace telltale;
using namespace telltale::test;
namespace json = boost::json;

TEST_CASE("router: gates return 200 or 503 under every alias") {
  auto router = make_router();
  const auto snap = fakes::mixed_snapshot().take();
  struct row {
    std::string target;
    int status;
    std::string_view label;
  };
  const row table[] = {{"/health", 200, "/health"},
                       {"/livez", 200, "/health"},
                       {"/healthz", 200, "/health"},
                       {"/health/live", 200, "/health"},
                       {"/ready", 503, "/ready"},
                       {"/readyz", 503, "/ready"},
                       {"/health/ready/", 503, "/ready"},
                       {"/startup", 200, "/startup"},
                       {"/startupz", 200, "/startup"},
                       {"/metrics", 200, "/metrics"},
                       {"/ping", 200, "/ping"},
                       {"/checks", 200, "/checks"},
                       {"/checks/db", 200, "/checks/NAME"},
                       {"/checks/nobody", 404, "/checks/NAME"},
                       {"/checks/db?gate", 200, "/checks/NAME"},
                       {"/checks/disk", 200, "/checks/NAME"},
                       {"/checks/disk?gate", 503, "/checks/NAME"},
                       {"/checks/updates?gate=1", 503, "/checks/NAME"},  // regardless of severity
                       {"/checks/model?gate", 503, "/checks/NAME"},      // pending: no result yet
                       {"/checks/nobody?gate", 404, "/checks/NAME"},
                       {"/", 503, "/"},
                       {"/?verbose", 503, "/"},
                       {"/?exclude=disk&exclude=model", 200, "/"},
                       {"/?only=db", 200, "/"},
                       {"/?help", 200, "/"},
                       {"/nowhere", 404, "other"},
                       {"/%", 400, "other"},
                       {"/ready?exclude=disk&exclude=model", 200, "/ready"},
                       {"/ready?only=db", 200, "/ready"},
                       {"/ready?only=db&only=updates", 200, "/ready"},
                       {"/ready?only=db&only=disk", 503, "/ready"},
                       {"/ready?only=disk", 503, "/ready"},
                       {"/ready?only=", 503, "/ready"},
                       {"/ready?only=nobody", 503, "/ready"},
                       {"/ready?only=db&only=nobody", 503, "/ready"},
                       {"/ready?only=db&only=disk&exclude=disk", 200, "/ready"},
                       {"/ready?only=db&exclude=db", 503, "/ready"},
                       {"/startup?only=db", 200, "/startup"},
                       {"/startup?only=disk", 503, "/startup"}};
  for (const auto& expected : table)
    for (const std::string method : {"GET", "HEAD"}) {
      CAPTURE(expected.target);
      auto asked = get(expected.target);
      asked.method = method;
      const auto answer = router.answer(asked, fakes::always(snap));
      CHECK(answer.status == expected.status);
      CHECK(answer.path_label == expected.label);
      REQUIRE(answer.body);
      CHECK_FALSE(answer.body->empty());
      CHECK_FALSE(answer.content_type.empty());
    }
}

TEST_CASE("router: a reply takes one snapshot, or none when it shows no check") {
  auto router = make_router();
  const auto snap = fakes::mixed_snapshot().take();
  struct row {
    std::string target;
    int snapshots;
  };
  const row table[] = {{"/livez", 1},
                       {"/ready?exclude=disk", 1},
                       {"/startup?verbose", 1},
                       {"/metrics", 1},
                       {"/checks", 1},
                       {"/checks/db", 1},
                       {"/checks/nothing", 1},
                       {"/", 1},
                       {"/ping", 0},
                       {"/?help", 0},
                       {"/nowhere", 0}};
  for (const auto& expected : table) {
    CAPTURE(expected.target);
    int snapshots = 0;
    router.answer(get(expected.target), [&] {
      ++snapshots;
      return snap;
    });
    CHECK(snapshots == expected.snapshots);
  }
}

TEST_CASE("router: a gate that warns returns 200") {
  fakes::snapshot_builder snap;
  snap.add("x", "disk", outcome::warn(reason::threshold, "nearly full"));
  auto router = make_router();
  const auto answer = router.answer(get("/ready"), fakes::always(snap.take()));
  CHECK(answer.status == 200);
  CHECK(json::parse(*answer.body).at("status") == "warn");
}

TEST_CASE("router: other methods are refused on existing paths, with the allowed ones") {
  auto router = make_router();
  const auto snap = fakes::mixed_snapshot().take();
  for (const std::string method : {"POST", "PUT", "DELETE", "options", "TRACE", "get", "", "PATCH\r\nX: y"}) {
    CAPTURE(method);
    auto asked = get("/ready");
    asked.method = method;
    const auto answer = router.answer(asked, fakes::always(snap));
    CHECK(answer.status == 405);
    CHECK(answer.allow == "GET, HEAD, OPTIONS");
    CHECK(answer.body->find("GET, HEAD, OPTIONS") != std::string::npos);
    asked.target = "/nowhere";
    CHECK(router.answer(asked, fakes::always(snap)).status == 404);
  }
}

TEST_CASE("router: OPTIONS lists the allowed methods, and fails where GET would") {
  auto router = make_router();
  const auto snap = fakes::mixed_snapshot().take();
  struct row {
    std::string target;
    int status;
  };
  const row table[] = {{"/health", 204},        {"/healthz", 204},       {"/ready", 503},
                       {"/ready?only=db", 204}, {"/startup", 204},       {"/", 503},
                       {"/?help", 204},         {"/metrics", 204},       {"/checks", 204},
                       {"/checks/db", 204},     {"/checks/disk", 204},   {"/checks/disk?gate", 503},
                       {"/nowhere", 404},       {"/checks/db?gate", 204}};
  for (const auto& expected : table) {
    CAPTURE(expected.target);
    auto asked = get(expected.target);
    asked.method = "OPTIONS";
    const auto answer = router.answer(asked, fakes::always(snap));
    CHECK(answer.status == expected.status);
    CHECK((answer.allow == "GET, HEAD, OPTIONS") == (expected.status != 404));
    CHECK((answer.body == nullptr) == (expected.status == 204));
    CHECK(answer.content_type.empty() == (expected.status == 204));
  }
}

TEST_CASE("router: a browser gets the index page, whatever the gates report") {
  auto router = make_router();
  const auto snap = fakes::mixed_snapshot().take();
  struct row {
    std::string accept;
    int status;
  };
  const row table[] = {{"text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8", 200},
                       {"text/html", 200},
                       {"text/plain", 503},
                       {"application/json, text/html;q=0.5", 503},
                       {"*/*", 503},
                       {"nonsense", 503}};
  for (const auto& expected : table) {
    CAPTURE(expected.accept);
    auto asked = get("/");
    asked.accept = expected.accept;
    const auto answer = router.answer(asked, fakes::always(snap));
    CHECK(answer.status == expected.status);
    if (expected.status == 200) CHECK(answer.body->find("/checks/NAME") != std::string::npos);
  }
}

TEST_CASE("router: the representation follows Accept, and ?verbose overrides it") {
  auto router = make_router();
  const auto snap = fakes::mixed_snapshot().take();
  struct row {
    std::string target;
    std::string accept;
    std::string_view type;
  };
  const row table[] = {{"/ready", "", "application/health+json"},
                       {"/ready", "*/*", "application/health+json"},
                       {"/ready", "application/json", "application/json"},
                       {"/ready", "text/plain", "text/plain; charset=utf-8"},
                       {"/ready?verbose", "application/json", "text/plain; charset=utf-8"},
                       {"/checks", "", "application/json"},
                       {"/checks/db", "text/plain", "text/plain; charset=utf-8"},
                       {"/checks?verbose", "", "text/plain; charset=utf-8"},
                       {"/", "", "application/health+json"},
                       {"/", "*/*", "application/health+json"},
                       {"/", "application/json", "application/json"},
                       {"/?verbose", "", "text/plain; charset=utf-8"},
                       {"/?help", "", "text/plain; charset=utf-8"},
                       {"/metrics", "", "text/plain; version=0.0.4; charset=utf-8"},
                       {"/metrics", "application/openmetrics-text;version=1.0.0,text/plain;q=0.5",
                        "application/openmetrics-text; version=1.0.0; charset=utf-8"}};
  for (const auto& expected : table) {
    CAPTURE(expected.target);
    CAPTURE(expected.accept);
    auto asked = get(expected.target);
    asked.accept = expected.accept;
    const auto answer = router.answer(asked, fakes::always(snap));
    CHECK(answer.content_type == expected.type);
    if (expected.type.ends_with("json")) CHECK_NOTHROW((void)json::parse(*answer.body));
  }
}

TEST_CASE("router: metrics are compressed when the client accepts it, with the same contents") {
  auto router = make_router();
  const auto snap = fakes::mixed_snapshot().take();
  auto asked = get("/metrics");
  const auto plain = router.answer(asked, fakes::always(snap));
  CHECK(plain.content_encoding.empty());
  asked.accept_encoding = "gzip";
  const auto packed = router.answer(asked, fakes::always(snap));
  CHECK(packed.content_encoding == "gzip");
  const auto read = fakes::read_exposition(fakes::gunzip(*packed.body));
  CHECK(read.samples.size() == fakes::read_exposition(*plain.body).samples.size());
}

TEST_CASE("router: metrics are rendered once for requests within a short time, and again after a change") {
  std::uint64_t connections = 0;
  router router({}, [&] {
    program_counters out;
    out.http_connections = ++connections;
    return out;
  });
  const auto snap = fakes::mixed_snapshot().take();
  const auto connections_in = [&] {
    return fakes::read_exposition(*router.answer(get("/metrics"), fakes::always(snap)).body)
        .value("telltale_http_connections");
  };
  CHECK(connections_in() == 1);
  CHECK(connections_in() == 1);
  router.change({});
  CHECK(connections_in() == 2);
}

TEST_CASE("router: the same snapshot gives the same bytes, the next one its own") {
  auto router = make_router();
  const auto snap = fakes::mixed_snapshot().take();
  const auto first = router.answer(get("/ready"), fakes::always(snap));
  CHECK(router.answer(get("/readyz"), fakes::always(snap)).body == first.body);
  CHECK(router.answer(get("/ready?verbose"), fakes::always(snap)).body != first.body);
  CHECK(router.answer(get("/ready?exclude=nobody"), fakes::always(snap)).body != first.body);
  auto changed = fakes::mixed_snapshot();
  changed.draining = true;
  CHECK(router.answer(get("/ready"), fakes::always(changed.take())).body->find("draining") != std::string::npos);
}

TEST_CASE("router: excluding names changes the status, and unknown names are reported") {
  auto router = make_router();
  const auto answer = router.answer(get("/ready?verbose&exclude=disk&exclude=model&exclude=nobody"),
                                    fakes::always(fakes::mixed_snapshot().take()));
  CHECK(answer.status == 200);
  CHECK(*answer.body ==
        "[-]updates fail refused: connection refused (severity degraded)\n[+]db ok\nexcluded: disk, model\n"
        "warn: not excluded: no check of gate ready is named nobody\nready check passed with warnings\n");
}

TEST_CASE("router: a refusal says what is wrong, and what is allowed where that is known") {
  const auto refused = router::refusal(413, "Requests have no body here.");
  CHECK(refused.status == 413);
  CHECK(*refused.body == "Requests have no body here.\n");
  CHECK(refused.path_label == "other");
  CHECK(refused.allow.empty());
  CHECK(router::refusal(405, "No.").allow == "GET, HEAD, OPTIONS");
}
