// Tests that concurrent writes cause no false failure: replaced, rewritten in place, swapped as by Kubernetes.
#include <signal.h>
#include <sys/mman.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>

#include <doctest/doctest.h>

#include "checks/file_fixtures.hpp"

namespace telltale::checks {
check_type marker();
}

using namespace telltale;
using namespace telltale::testing;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

/// How long each writer is probed: TELLTALE_TEST_WRITER_SECONDS, or a second.
std::chrono::seconds watched() {
  const char* wanted = std::getenv("TELLTALE_TEST_WRITER_SECONDS");
  return wanted ? std::chrono::seconds(std::max(1, std::atoi(wanted))) : 1s;
}

/// A process that repeats `step` until this object is destroyed, at most ten seconds longer than it is probed.
class busy_writer {
 public:
  explicit busy_writer(const std::function<void(int)>& step) : child_(::fork()) {
    if (child_ != 0) return;
    const auto end = boot_clock::now() + watched() + 10s;
    for (int i = 0; boot_clock::now() < end; ++i) step(i);
    ::_exit(0);
  }
  busy_writer(const busy_writer&) = delete;
  busy_writer& operator=(const busy_writer&) = delete;
  ~busy_writer() {
    ::kill(child_, SIGKILL);
    ::waitpid(child_, nullptr, 0);
  }

 private:
  pid_t child_;
};

/// Probes without a pause for the given time; returns the first failure, or "".
std::string first_failure(const std::string& path) {
  checked check(checks::marker(), {option("path", path),
                                   {"content", {}, raw_value::map({option("/model", "llama")})},
                                   option("newer_than", "start")});
  check.started_at -= 1min;
  const auto end = boot_clock::now() + watched();
  int runs = 0;
  for (; boot_clock::now() < end; ++runs)
    if (const auto found = check.run(); found.verdict != verdict::pass) return described(found);
  CHECK(runs > 3);
  MESSAGE(fmt::format("{} probes in {}, no failure", runs, human_duration(watched())));
  return "";
}

std::string text(int i) {
  return fmt::format(R"({{"model":"llama","step":{},"padding":"{}"}})", i, std::string(i % 3 * 1000u, 'x'));
}

/// Writes three pieces, like a writer with a small buffer.
void write_slowly(const std::string& path, const std::string& content) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  const auto third = content.size() / 3;
  for (std::size_t at = 0; at < content.size();) {
    const auto piece = std::min(third, content.size() - at);
    if (::write(fd, content.data() + at, piece) < 0) break;
    at += piece;
  }
  ::close(fd);
}

/// `rewrite` leaves the file incomplete or absent while it runs. On a loaded machine its process may be suspended
/// meanwhile, and a long gap is a correct failure: a failure counts only when no gap was that long.
std::string first_red_in_gaps(const std::function<void(const std::string& path, int)>& rewrite,
                              std::chrono::microseconds pause) {
  constexpr auto waited_out = 40ms;
  using nanoseconds = std::chrono::nanoseconds;
  auto* longest_gap = static_cast<std::atomic<std::int64_t>*>(
      ::mmap(nullptr, sizeof(std::int64_t), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  REQUIRE(longest_gap != MAP_FAILED);
  std::string failure;
  for (int attempt = 0; attempt < 10; ++attempt) {
    const temp_folder top;
    write_file(top / "m", text(0));
    longest_gap->store(0);
    const busy_writer writer([&](int i) {
      const auto began = boot_clock::now();
      rewrite(top / "m", i);
      longest_gap->store(std::max(longest_gap->load(), nanoseconds(boot_clock::now() - began).count()));
      ::usleep(static_cast<useconds_t>(pause.count()));
    });
    failure = first_failure(top / "m");
    if (failure.empty()) break;
    ::usleep(200'000);  // a writer that is still suspended has yet to report its gap
    if (longest_gap->load() < nanoseconds(waited_out).count()) break;
  }
  ::munmap(longest_gap, sizeof(std::int64_t));
  return failure;
}

}  // namespace

TEST_CASE("marker writers: replacing by rename is never observed half-complete") {
  const temp_folder top;
  write_file(top / "m", text(0));
  const busy_writer writer([&](int i) {
    write_file(top / "m.new", text(i));
    fs::rename(top / "m.new", top / "m");
  });
  CHECK(first_failure(top / "m") == "");
}

TEST_CASE("marker writers: a file replaced a thousand times a second is never observed half-complete") {
  const temp_folder top;
  write_file(top / "m", text(0));
  const auto began = boot_clock::now();
  const busy_writer writer([&](int i) {
    write_slowly(top / "m.new", text(i));
    fs::rename(top / "m.new", top / "m");
    const auto next = began + std::chrono::milliseconds(i + 1);
    const auto left = std::chrono::duration_cast<std::chrono::microseconds>(next - boot_clock::now()).count();
    if (left > 0) ::usleep(static_cast<useconds_t>(left));
  });
  CHECK(first_failure(top / "m") == "");
}

TEST_CASE("marker writers: the check waits while a file is rewritten in place") {
  CHECK(first_red_in_gaps([](const std::string& path, int i) { write_slowly(path, text(i)); }, 300us) == "");
}

TEST_CASE("marker writers: the check waits while a file is deleted and recreated") {
  CHECK(first_red_in_gaps(
            [](const std::string& path, int i) {
              ::unlink(path.c_str());
              write_file(path, text(i));
            },
            1ms) == "");
}

TEST_CASE("marker writers: the ..data swap of a Kubernetes volume is never observed half-complete") {
  const temp_folder top;
  auto publish = [&](int i) {
    const auto version = fmt::format("..{}", i);
    fs::create_directory(top / version);
    write_file(top / (version + "/m"), text(i));
    fs::create_symlink(version, top / "..data_tmp");
    fs::rename(top / "..data_tmp", top / "..data");
    if (i > 0) fs::remove_all(top / fmt::format("..{}", i - 1));
  };
  publish(0);
  fs::create_symlink("..data/m", top / "m");
  const busy_writer writer([&](int i) { publish(i + 1); });
  CHECK(first_failure(top / "m") == "");
}

TEST_CASE("marker writers: a file left incomplete by a dead writer keeps failing") {
  const temp_folder top;
  write_file(top / "m", text(0).substr(0, 20));
  CHECK(first_failure(top / "m").starts_with("fail corrupt: " + (top / "m") + " is not valid JSON"));
}
