#include "runner/name_resolver.hpp"

#include <doctest/doctest.h>

#include <deque>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

using namespace telltale;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

// A pool whose lookups end when the test completes them.
class fake_pool final : public worker_pool {
 public:
  task_id add(worker_task) override { return 0; }
  void remove(task_id) override {}
  void run(task_id, std::chrono::milliseconds, memory, run_done) override {}
  void resolve(std::string host, std::uint16_t, std::chrono::milliseconds, resolve_done done) override {
    asked.push_back(std::move(host));
    open.push_back(std::move(done));
  }
  worker_counts counts() const override { return {}; }
  void stop() override {}

  std::vector<std::string> asked;
  std::deque<resolve_done> open;
};

resolution found(const char* address) {
  resolution out;
  out.endpoints.emplace_back(asio::ip::make_address(address), 0);
  return out;
}

resolution failed() {
  resolution out;
  out.error = "db does not resolve: Name or service not known";
  return out;
}

struct fixture {
  // Stores the result in `into` when it arrives.
  void ask(std::string host, std::chrono::milliseconds limit, std::vector<resolution>& into) {
    auto asking = resolver->resolve(std::move(host), 443, std::chrono::steady_clock::now() + limit);
    asio::co_spawn(context, std::move(asking), [&into](std::exception_ptr error, resolution answer) {
      REQUIRE(error == nullptr);
      into.push_back(std::move(answer));
    });
    fail_current();
  }
  void fail_current() {
    context.restart();
    context.poll();
  }
  void answer(resolution with) {
    auto done = std::move(pool.open.front());
    pool.open.pop_front();
    done(std::move(with));
    fail_current();
  }
  void wait_for_timers() {
    context.restart();
    context.run_for(10s);
  }

  asio::io_context context;
  fake_pool pool;
  std::unique_ptr<name_resolver> resolver = make_name_resolver(pool);
};

}  // namespace

TEST_CASE("name resolver: numeric addresses need no lookup") {
  fixture f;
  std::vector<resolution> got;
  f.ask("192.0.2.1", 1s, got);
  f.ask("2001:db8::1", 1s, got);
  REQUIRE(got.size() == 2);
  CHECK(got[0].endpoints.at(0) == asio::ip::tcp::endpoint(asio::ip::make_address("192.0.2.1"), 443));
  CHECK(got[1].endpoints.at(0).address().is_v6());
  CHECK(f.pool.asked.empty());
}

TEST_CASE("name resolver: concurrent requests for a name share one lookup") {
  fixture f;
  std::vector<resolution> got;
  for (int n = 0; n < 3; ++n) f.ask("db", 10s, got);
  CHECK(f.pool.asked == std::vector<std::string>{"db"});
  f.answer(found("192.0.2.1"));
  REQUIRE(got.size() == 3);
  for (const auto& answer : got) {
    CHECK(answer.endpoints.at(0).port() == 443);
    CHECK_FALSE(answer.remembered);
  }
  f.ask("db", 10s, got);
  CHECK(f.pool.asked.size() == 2);
}

TEST_CASE("name resolver: a failed lookup returns its error when no address is remembered") {
  fixture f;
  std::vector<resolution> got;
  f.ask("db", 10s, got);
  f.answer(failed());
  REQUIRE(got.size() == 1);
  CHECK(got[0].error == failed().error);
  CHECK(got[0].endpoints.empty());
  CHECK_FALSE(got[0].timed_out);
}

TEST_CASE("name resolver: a failed lookup returns the last good addresses, flagged") {
  fixture f;
  std::vector<resolution> got;
  f.ask("db", 10s, got);
  f.answer(found("192.0.2.1"));
  f.ask("db", 10s, got);
  f.answer(failed());
  REQUIRE(got.size() == 2);
  CHECK(got[1].remembered);
  CHECK(got[1].error.empty());
  CHECK(got[1].endpoints.at(0) == asio::ip::tcp::endpoint(asio::ip::make_address("192.0.2.1"), 443));
  f.ask("db", 10s, got);
  f.answer(found("192.0.2.2"));
  CHECK_FALSE(got[2].remembered);
  CHECK(got[2].endpoints.at(0).address() == asio::ip::make_address("192.0.2.2"));
}

TEST_CASE("name resolver: no result by the deadline is a timeout, and the late result serves the next request") {
  fixture f;
  std::vector<resolution> got;
  f.ask("db", 30ms, got);
  f.wait_for_timers();
  REQUIRE(got.size() == 1);
  CHECK(got[0].timed_out);
  CHECK(got[0].error == "db does not resolve: no answer in time");
  f.ask("db", 10s, got);
  CHECK(f.pool.asked.size() == 1);
  f.answer(found("192.0.2.1"));
  REQUIRE(got.size() == 2);
  CHECK_FALSE(got[1].remembered);
}

TEST_CASE("name resolver: with remembered addresses, a slow lookup leaves time to use them") {
  fixture f;
  std::vector<resolution> got;
  f.ask("db", 10s, got);
  f.answer(found("192.0.2.1"));
  const auto began = std::chrono::steady_clock::now();
  f.ask("db", 2s, got);
  f.wait_for_timers();
  REQUIRE(got.size() == 2);
  CHECK(got[1].remembered);
  CHECK(std::chrono::steady_clock::now() - began < 1900ms);
}

TEST_CASE("name resolver: a lookup may end after the resolver is destroyed") {
  fixture f;
  std::vector<resolution> got;
  f.ask("db", 30ms, got);
  f.wait_for_timers();
  f.resolver.reset();
  f.answer(found("192.0.2.1"));
  CHECK(got.size() == 1);
}

TEST_CASE("name resolver: names beyond a thousand displace the addresses of earlier ones") {
  fixture f;
  std::vector<resolution> got;
  f.ask("db", 1s, got);
  f.answer(found("192.0.2.1"));
  for (int i = 0; i < 1000; ++i) {
    f.ask("host" + std::to_string(i), 1s, got);
    f.answer(failed());
  }
  f.ask("db", 1s, got);
  f.answer(failed());
  REQUIRE(got.size() == 1002);
  CHECK(got.back().endpoints.empty());
  CHECK_FALSE(got.back().error.empty());
}
