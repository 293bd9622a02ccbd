// Tests accepting connections: the limit, eviction, and exhausted descriptors.
#include "http_server/accept_loop.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <ctime>
#include <filesystem>
#include <vector>

#include "running_server.hpp"

using namespace telltale;
using namespace telltale::testing;
using namespace std::chrono_literals;

namespace {

http_limits at_most(std::size_t connections) {
  http_limits limits;
  limits.max_connections = connections;
  return limits;
}

raw_client is_served(running_server& server) {
  raw_client out;
  REQUIRE(out.connect(server.port()));
  out.send(get);
  REQUIRE(out.read_answer().ends_with("from here"));
  return out;
}

raw_client half_served(running_server& server) {
  raw_client out;
  REQUIRE(out.connect(server.port()));
  out.send(get + "GET /half");
  REQUIRE(out.read_answer().ends_with("from here"));
  return out;
}

// During its lifetime no descriptor can be opened in this process.
class no_descriptors {
 public:
  no_descriptors() {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    const int lowest_free = ::fcntl(0, F_DUPFD_CLOEXEC, 0);
    ::close(lowest_free);
    const rlimit none{static_cast<rlim_t>(lowest_free), before_.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &none);
  }
  ~no_descriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }
  no_descriptors(const no_descriptors&) = delete;
  no_descriptors& operator=(const no_descriptors&) = delete;

 private:
  rlimit before_{};
};

double cpu_seconds() {
  timespec t{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) / 1e9;
}

}  // namespace

TEST_CASE("accept_loop: at the limit the connection idle longest is evicted") {
  running_server server(at_most(3));
  auto first = is_served(server);
  auto second = is_served(server);
  auto third = is_served(server);
  auto fourth = is_served(server);
  CHECK(first.read_to_end().empty());
  CHECK(server.connections() == 3);
  for (auto* each : {&second, &third, &fourth}) {
    each->send(get);
    CHECK(each->read_answer().ends_with("from here"));
  }
}

TEST_CASE("accept_loop: when all connections have incomplete requests, the oldest is evicted") {
  running_server server(at_most(2));
  auto first = half_served(server);
  auto second = half_served(server);
  auto third = is_served(server);
  CHECK(first.read_to_end().find("200") == std::string::npos);
  CHECK(server.connections() == 2);
  second.send(" HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(second.read_answer().ends_with("from here"));
}

TEST_CASE("accept_loop: a connection that has sent nothing is evicted without a response") {
  running_server server(at_most(1));
  raw_client silent;
  REQUIRE(silent.connect(server.port()));
  while (server.connections() == 0) continue;
  is_served(server);
  CHECK(silent.read_to_end().empty());
}

TEST_CASE("accept_loop: a limit of one still serves one after the other") {
  running_server server(at_most(1));
  for (int i = 0; i < 20; ++i) is_served(server);
}

TEST_CASE("accept_loop: without descriptors it waits without spinning, and continues when some are free") {
  running_server server;
  raw_client client;
  double spent = 0;
  {
    const no_descriptors left;
    REQUIRE(client.connect(server.port()));
    client.send(get);
    const auto before = cpu_seconds();
    CHECK_FALSE(client.readable_within(300));
    spent = cpu_seconds() - before;
  }
  CHECK(spent < 0.1);
  const auto free_again = std::chrono::steady_clock::now();
  CHECK(client.read_answer().ends_with("from here"));
  CHECK(std::chrono::steady_clock::now() - free_again < 1s);
}

TEST_CASE("accept_loop: when descriptors run out, an idle connection is closed for the pending one") {
  running_server server;
  auto idle = is_served(server);
  raw_client client;
  const no_descriptors left;
  REQUIRE(client.connect(server.port()));
  client.send(get);
  CHECK(client.read_answer().ends_with("from here"));
  CHECK(idle.read_to_end().empty());
}

TEST_CASE("accept_loop: no socket of the server is inherited by a child process") {
  running_server server;
  server.with_server([](const auto& s) { s->listen("[::1]:0"); });
  auto client = is_served(server);
  int sockets = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code ec;
    const auto target = std::filesystem::read_symlink(entry.path(), ec).string();
    const int fd = std::stoi(entry.path().filename());
    if (!target.starts_with("socket:") || fd <= 2) continue;
    ++sockets;
    CAPTURE(fd);
    CHECK((::fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
  }
  CHECK(sockets >= 4);  // two listeners, both ends of a connection
}
