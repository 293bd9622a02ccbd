#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/socket.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <filesystem>

#include "pool_fixture.hpp"

using namespace telltale;
using namespace telltale::test;

TEST_CASE("worker process: a worker has descriptors 0 to 4 only, whatever the program has open") {
  std::vector<int> leaky;
  for (int n = 0; n < 5; ++n) leaky.push_back(::open("/dev/null", O_RDONLY));  // without close-on-exec
  {
    pool_fixture f;
    CHECK(f.run(scripted("descriptors")).outcome.message == "0 1 2 3 4 ");
  }
  for (const int fd : leaky) ::close(fd);
}

TEST_CASE("worker process: a worker has no blocked signals, its own group and name, and exits with the program") {
  sigset_t all;
  sigset_t before;
  ::sigfillset(&all);
  ::sigprocmask(SIG_BLOCK, &all, &before);
  {
    pool_fixture f;
    CHECK(f.run(scripted("process")).outcome.message == "telltale-worker blocked=0 pdeathsig=9 own_group=true");
  }
  ::sigprocmask(SIG_SETMASK, &before, nullptr);
}

TEST_CASE("worker process: works when standard descriptors are closed and the socket gets their number") {
  // Runs in its own process, because doctest needs its standard output.
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    for (int fd = 0; fd < 4; ++fd) ::close(fd);
    bool ok = false;
    {
      boost::asio::io_context context;
      const auto pool = make_worker_pool(context, test_options());
      pool->run(pool->add(scripted("descriptors")), 10s, {}, [&](const run_report& report) {
        ok = report.outcome.message == "0 1 2 3 4 " || report.outcome.message == "0 1 3 4 ";
        pool->stop();
      });
      context.run();
    }
    ::_exit(ok ? 0 : 1);
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  CHECK(status == 0);
}

TEST_CASE("worker process: a program whose loading hangs blocks nothing, and runs once it is loaded") {
  char directory[] = "/tmp/telltale-spawn-XXXXXX";
  REQUIRE(::mkdtemp(directory) != nullptr);
  const auto copy = (std::filesystem::path(directory) / "program").string();
  std::filesystem::copy_file(TELLTALE_TEST_WORKER, copy);
  // A lease blocks every open of the file until it is released; exec opens the file.
  const auto before = std::signal(SIGIO, SIG_IGN);
  const int lease = ::open(copy.c_str(), O_RDONLY | O_CLOEXEC);
  REQUIRE(lease >= 0);
  REQUIRE(::fcntl(lease, F_SETLEASE, F_WRLCK) == 0);
  {
    auto options = test_options();
    options.program = copy;
    pool_fixture f(options);
    std::vector<run_report> got;
    const auto began = std::chrono::steady_clock::now();
    f.submit(f.pool->add(scripted("ok")), 20s, got);
    CHECK_FALSE(f.run_until([&] { return !got.empty(); }, 200ms));
    CHECK(std::chrono::steady_clock::now() - began < 10s);  // the kernel breaks the lease after 45 s
    CHECK(f.pool->counts().busy == 1);
    REQUIRE(::fcntl(lease, F_SETLEASE, F_UNLCK) == 0);
    REQUIRE(f.run_until([&] { return !got.empty(); }));
    CHECK(got[0].outcome.verdict == verdict::pass);
  }
  ::close(lease);
  std::signal(SIGIO, before);
  std::filesystem::remove_all(directory);
}

TEST_CASE("worker process: /proc/self/exe starts workers of the running program after its file was replaced") {
  char directory[] = "/tmp/telltale-spawn-XXXXXX";
  REQUIRE(::mkdtemp(directory) != nullptr);
  const auto copy = std::filesystem::path(directory) / "program";
  std::filesystem::copy_file(TELLTALE_TEST_WORKER, copy);
  const auto command = copy.string() + " replaced";
  CHECK(std::system(command.c_str()) == 0);
  std::filesystem::remove_all(directory);
}

TEST_CASE("worker process: a worker exits when the program dies, even during a run") {
  std::array<int, 2> pipe_ends{};
  REQUIRE(::pipe(pipe_ends.data()) == 0);
  const pid_t program = ::fork();
  REQUIRE(program >= 0);
  if (program == 0) {
    boost::asio::io_context context;
    const auto pool = make_worker_pool(context, test_options());
    pool->run(pool->add(scripted("pid")), 10s, {}, [&](const run_report& report) {
      const int pid = std::stoi(report.outcome.message);
      if (::write(pipe_ends[1], &pid, sizeof pid) < 0) ::_exit(1);
      pool->run(pool->add(scripted("hang")), 60s, {}, [](const run_report&) {});
    });
    context.run();
    ::_exit(0);
  }
  int worker = 0;
  REQUIRE(::read(pipe_ends[0], &worker, sizeof worker) == sizeof worker);
  ::kill(program, SIGKILL);
  ::waitpid(program, nullptr, 0);
  // The orphan may be collected elsewhere or remain a zombie; it must not be running.
  const auto running = [&] {
    std::ifstream stat("/proc/" + std::to_string(worker) + "/stat");
    std::string text((std::istreambuf_iterator<char>(stat)), {});
    return !text.empty() && text.find(") Z") == std::string::npos && text.find(") X") == std::string::npos;
  };
  const auto end = std::chrono::steady_clock::now() + 10s;
  while (running() && std::chrono::steady_clock::now() < end) ::usleep(1000);
  CHECK_FALSE(running());
  for (const int fd : pipe_ends) ::close(fd);
}
