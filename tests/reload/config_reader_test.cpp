// Tests reading a configuration in a child: texts, errors, the deadline, and leaks.
#include "reload/config_reader.hpp"

#include <doctest/doctest.h>

#include <dirent.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cerrno>
#include <fstream>
#include <optional>

#include "fakes/temp_folder.hpp"

using namespace telltale;
using namespace std::chrono_literals;

namespace {

struct world {
  explicit world(std::chrono::milliseconds limit = config_read_limit) : reader(make_config_reader(io, limit)) {}
  config_file read(const std::string& path) {
    std::optional<config_file> out;
    reader->read(path, [&](config_file file) {
      CHECK_FALSE(out);
      out = std::move(file);
    });
    const auto end = std::chrono::steady_clock::now() + 30s;
    while (!out && std::chrono::steady_clock::now() < end) io.run_one_for(1s);
    REQUIRE(out);
    return *out;
  }
  boost::asio::io_context io;
  std::unique_ptr<config_reader> reader;
};

std::size_t open_descriptors() {
  std::size_t count = 0;
  auto* folder = ::opendir("/proc/self/fd");
  while (::readdir(folder)) ++count;
  ::closedir(folder);
  return count;
}

bool no_child_left() { return ::waitpid(-1, nullptr, WNOHANG) < 0 && errno == ECHILD; }

}  // namespace

TEST_CASE("config_reader: returns the complete text of any size") {
  temp_folder folder;
  const auto path = folder.path() + "/c.yaml";
  world w;
  for (const std::size_t size : {0u, 1u, 65'536u, 1'048'576u}) {
    const std::string text(size, 'x');
    std::ofstream(path) << text;
    const auto file = w.read(path);
    CHECK(file.error == "");
    CHECK(file.text == text);
  }
  std::ofstream(path) << std::string(1'048'577, 'x');
  CHECK(w.read(path).error.starts_with("larger than 1 MiB"));
}

TEST_CASE("config_reader: explains why there is no text") {
  temp_folder folder;
  world w;
  const auto missing = w.read(folder.path() + "/no.yaml");
  CHECK(missing.missing);
  CHECK(missing.error == "no such file");
  CHECK(w.read(folder.path()).error.starts_with("a directory"));
  const auto fifo = folder.path() + "/fifo";
  REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
  CHECK(w.read(fifo).error.starts_with("a FIFO"));
}

TEST_CASE("config_reader: reports the deadline, and reads again once the child has ended") {
  temp_folder folder;
  const auto path = folder.path() + "/c.yaml";
  std::ofstream(path) << "checks: []";
  world w(0ms);
  const auto late = w.read(path);
  const auto is_late = [](const auto& c) { return c.error.ends_with("cannot be read within 0s"); };
  CHECK(is_late(late));  // of the file itself, or of a file it refers to
  const auto again = w.read(path);
  const bool hangs = again.error == "an earlier read still hangs in the kernel";
  CHECK((hangs || is_late(again)));
  const auto end = std::chrono::steady_clock::now() + 30s;
  while (!no_child_left() && std::chrono::steady_clock::now() < end) w.io.run_one_for(10ms);
  CHECK(no_child_left());
}

TEST_CASE("config_reader: 200 reads leave no descriptor and no process behind") {
  temp_folder folder;
  const auto path = folder.path() + "/c.yaml";
  std::ofstream(path) << "checks: []";
  {
    world w;
    w.read(path);
    const auto before = open_descriptors();
    for (int i = 0; i < 200; ++i) CHECK(w.read(path).text == "checks: []");
    CHECK(open_descriptors() == before);
    CHECK(no_child_left());
  }
  CHECK(no_child_left());
}

TEST_CASE("config_reader: destroying it during a read calls nothing") {
  temp_folder folder;
  const auto path = folder.path() + "/c.yaml";
  std::ofstream(path) << "checks: []";
  bool called = false;
  boost::asio::io_context io;
  {
    const auto reader = make_config_reader(io);
    reader->read(path, [&](config_file) { called = true; });
  }
  io.run_for(200ms);
  CHECK_FALSE(called);
}
