#include "worker/restrictions.hpp"

#include <doctest/doctest.h>

#include "pool_fixture.hpp"
#include "worker/syscall_filter.hpp"

using namespace telltale;
using namespace telltale::test;

TEST_CASE("restrictions: forbidden system calls fail") {
  pool_fixture f;
  const auto report = f.run(scripted("forbidden"));
  CHECK_EQ(report.outcome.verdict, verdict::pass);
  CHECK_EQ(report.outcome.message, "none");
}

TEST_CASE("restrictions: calls needed by name lookups and plain code are permitted") {
  pool_fixture f;
  CHECK_EQ(f.run(scripted("permitted")).outcome.message, "none");
}

TEST_CASE("restrictions: names still resolve") {
  pool_fixture f;
  const auto found = f.resolve("localhost", 80);
  CHECK_EQ(found.error, "");
  CHECK_FALSE(found.endpoints.empty());
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
TEST_CASE("restrictions: a check that allocates without bound fails instead of exhausting memory") {
  pool_fixture f;
  const auto report = f.run(scripted("greedy"));
  CHECK_EQ(report.outcome.verdict, verdict::fail);
  CHECK_EQ(report.outcome.reason, reason::internal);
}
#endif

TEST_CASE("restrictions: the filter fits the kernel's limit and its jumps stay inside") {
  const auto filter = syscall_filter(1);
#if defined(__x86_64__) || defined(__aarch64__)
  REQUIRE_FALSE(filter.empty());
#endif
  CHECK(filter.size() <= BPF_MAXINSNS);
  for (std::size_t i = 0; i < filter.size(); ++i) {
    if (BPF_CLASS(filter[i].code) != BPF_JMP) continue;
    CHECK(i + 1 + filter[i].jt < filter.size());
    CHECK(i + 1 + filter[i].jf < filter.size());
  }
}
