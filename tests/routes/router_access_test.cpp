// Tests which clients see which details.
#include <doctest/doctest.h>

#include "routes/router_sample.hpp"

using namespace telltale;
using namespace telltale::test;

namespace {

/// For refused requests, which need no snapshot.
snapshot_ptr no_snapshot() {
  FAIL("a snapshot was taken");
  return nullptr;
}

}  // namespace

TEST_CASE("router: loopback and the right token get details, others what is configured") {
  const auto snap = fakes::mixed_snapshot().take();
  struct row {
    details configured;
    bool loopback;
    std::string authorization;
    details shown;
  };
  const row table[] = {{details::full, false, "", details::full},
                       {details::names, false, "", details::names},
                       {details::none, false, "", details::none},
                       {details::none, true, "", details::full},
                       {details::none, false, "bearer t0ken", details::full},
                       {details::names, false, "Bearer wrong", details::names},
                       {details::none, false, "Bearer wrong", details::none},
                       {details::none, false, "Bearer", details::none}};
  for (const auto& expected : table) {
    CAPTURE(expected.authorization);
    auto router = make_router(expected.configured, "t0ken");
    auto asked = get("/ready");
    asked.loopback = expected.loopback;
    asked.authorization = expected.authorization;
    const auto answer = router.answer(asked, fakes::always(snap));
    CHECK(answer.status == 503);
    CHECK((answer.body->find("/data 91%") != std::string::npos) == (expected.shown == details::full));
    CHECK((answer.body->find("disk") != std::string::npos) == (expected.shown != details::none));
  }
}

TEST_CASE("router: /checks is withheld without details, with 401 only if a token would help") {
  const auto snap = fakes::mixed_snapshot().take();
  for (const std::string target : {"/checks", "/checks/db", "/checks/nobody"}) {
    CAPTURE(target);
    auto closed = make_router(details::none);
    CHECK(closed.answer(get(target), no_snapshot).status == 403);
    CHECK(closed.answer(get(target), no_snapshot).challenge.empty());
    auto locked = make_router(details::none, "t0ken");
    const auto refused = locked.answer(get(target), no_snapshot);
    CHECK(refused.status == 401);
    CHECK(refused.challenge.starts_with("Bearer"));
    CHECK(refused.body->find("db") == std::string::npos);
    auto asked = get(target);
    asked.authorization = "Bearer t0ken";
    CHECK(locked.answer(asked, fakes::always(snap)).status != 401);
  }
}

TEST_CASE("router: two classes of clients never share a body") {
  auto router = make_router(details::none);
  const auto snap = fakes::mixed_snapshot().take();
  auto inside = get("/ready");
  inside.loopback = true;
  CHECK(router.answer(inside, fakes::always(snap)).body->find("disk") != std::string::npos);
  CHECK(router.answer(get("/ready"), fakes::always(snap)).body->find("disk") == std::string::npos);
}

TEST_CASE("router: metrics may require the token; gates never do") {
  router::options options;
  options.details = details::none;
  options.token = "open sesame";
  options.metrics = metrics_access::token;
  router router(options, [] { return program_counters{}; });
  const auto snap = fakes::mixed_snapshot().take();
  auto asked = get("/metrics");
  const auto refused = router.answer(asked, no_snapshot);
  CHECK(refused.status == 401);
  CHECK(refused.challenge == "Bearer realm=\"telltale\"");
  CHECK(*refused.body == "Metrics are shown with the bearer token, or on the loopback interface.\n");
  asked.authorization = "Bearer open sesam";
  CHECK(router.answer(asked, fakes::always(snap)).status == 401);
  asked.authorization = "Bearer open sesame";
  CHECK(router.answer(asked, fakes::always(snap)).status == 200);
  asked.authorization = {};
  asked.loopback = true;
  CHECK(router.answer(asked, fakes::always(snap)).status == 200);
  for (const auto* gate : {"/health", "/startup"}) CHECK(router.answer(get(gate), fakes::always(snap)).status == 200);
  CHECK(router.answer(get("/ready"), fakes::always(snap)).status == 503);
}

TEST_CASE("router: /ping is open to every client and uses no check") {
  router::options options;
  options.details = details::none;
  options.token = "open sesame";
  options.metrics = metrics_access::token;
  router router(options, [] { return program_counters{}; });
  for (const std::string_view credentials : {"", "Bearer wrong", "Bearer open sesame"})
    for (const auto* target : {"/ping", "/ping/", "/ping?verbose"}) {
      auto asked = get(target);
      asked.authorization = credentials;
      const auto answer = router.answer(asked, no_snapshot);
      CHECK(answer.status == 200);
      CHECK(*answer.body == "pong\n");
    }
}

TEST_CASE("router: an address answers only what it serves, for every client") {
  router::options options;
  options.listeners = {{served::gates}, {served::metrics, served::checks}};
  router router(options, [] { return program_counters{}; });
  const auto snap = fakes::mixed_snapshot().take();
  const auto status = [&](std::string_view target, std::size_t listener) {
    auto asked = get(target);
    asked.loopback = true;
    asked.listener = listener;
    return router.answer(asked, fakes::always(snap)).status;
  };
  for (const auto* target : {"/health", "/readyz", "/startup/", "/", "/?exclude=disk"}) {
    CHECK(status(target, 0) != 404);
    CHECK(status(target, 1) == 404);
  }
  for (const auto* target : {"/metrics", "/checks", "/checks/db"}) {
    CHECK(status(target, 0) == 404);
    CHECK(status(target, 1) == 200);
    CHECK(status(target, 2) == 200);
  }
  for (const std::size_t listener : {0, 1, 2}) CHECK(status("/ping", listener) == 200);
  for (const std::size_t listener : {0, 1, 2}) CHECK(status("/?help", listener) == 200);
  for (const auto* target : {"/?help", "/nowhere"}) {
    auto asked = get(target);
    const auto has = [&](std::string_view path) {
      return router.answer(asked, fakes::always(snap)).body->find(path) != std::string::npos;
    };
    CHECK((has("/ready") && !has("/metrics")));
    asked.listener = 1;
    CHECK((!has("/ready") && has("/metrics")));
    asked.listener = 2;
    CHECK((has("/ready") && has("/metrics")));
  }
  CHECK(*router.answer(get("/metrics"), fakes::always(snap)).body ==
        "/metrics is not served at this address, which serves gates (server.listen).\n");
}
