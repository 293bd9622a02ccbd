// Tests the marker check on real files and on every other type of file.
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <array>

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

checked marker_at(const std::string& path, std::vector<raw_member> more = {}) {
  more.push_back(option("path", path));
  return {checks::marker(), std::move(more)};
}

checked markers_at(const std::vector<std::string>& paths) {
  std::vector<raw_value> items;
  for (const auto& path : paths) items.push_back(raw_value::scalar(path));
  return {checks::marker(), {{"paths", {}, raw_value::list(std::move(items))}}};
}

raw_member expecting(const std::string& pointer, const std::string& value) {
  return {"content", {}, raw_value::map({option(pointer, value)})};
}

}  // namespace

TEST_CASE("marker: an existing file passes, and its measurements are declared") {
  const temp_folder top;
  write_file(top / "m", R"({"p":1})");
  const auto found = marker_at(top / "m", {option("progress", "/p")}).run();
  CHECK(described(found).starts_with("pass ok: " + (top / "m") + " exists, "));
  CHECK(found.measured("files") == 1);
  CHECK(found.measured("files_missing") == 0);
  CHECK(found.measured("size_bytes") == 7);
  CHECK(found.measured("progress_ratio") == 1);
  CHECK(found.measured("age_seconds").value_or(-1) >= 0);
  const auto type = checks::marker();
  for (const auto& measured : found.measurements) {
    CAPTURE(measured.name);
    CHECK(std::any_of(type.measurements.begin(), type.measurements.end(),
                      [&](const auto& info) { return info.name == measured.name && !info.doc.empty(); }));
  }
}

TEST_CASE("marker: absence is explained") {
  const temp_folder top;
  CHECK(described(marker_at(top / "m").run()) == "fail missing: " + (top / "m") + " does not exist");
  CHECK(marker_at(top / "m").run().measured("files_missing") == 1);
  CHECK(described(marker_at(top / "no/m").run()) ==
        "fail missing: " + (top / "no/m") + " does not exist, nor does the directory " + (top / "no"));
  fs::create_symlink("gone", top / "dangling");
  CHECK(described(marker_at(top / "dangling").run()) ==
        "fail missing: " + (top / "dangling") + " is a symbolic link to something that does not exist");
  write_file(top / "file", "");
  CHECK(described(marker_at(top / "file/m").run()) ==
        "fail missing: " + (top / "file/m") + " cannot exist: a part of it is not a directory");
}

TEST_CASE("marker: only a regular file passes, and other types are not opened") {
  const temp_folder top;
  fs::create_directory(top / "directory");
  REQUIRE(::mkfifo((top / "pipe").c_str(), 0600) == 0);
  fs::create_symlink("loop", top / "loop");
  sockaddr_un address{AF_UNIX, {}};
  (top / "socket").copy(address.sun_path, sizeof address.sun_path - 1);
  const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  REQUIRE(::bind(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  // This would succeed if the check opened the pipe, even briefly.
  CHECK((::open((top / "pipe").c_str(), O_WRONLY | O_NONBLOCK) == -1 && errno == ENXIO));
  struct row {
    std::string path;
    std::string expected;
  };
  for (const auto& [path, expected] : {row{top / "directory", "is a directory, expected a file"},
                                       {top / "pipe", "is a FIFO, expected a file"},
                                       {top / "socket", "is a socket, expected a file"},
                                       {"/dev/null", "is a character device, expected a file"},
                                       {top / "loop", "is a loop of symbolic links"}}) {
    CAPTURE(path);
    for (auto more : {std::vector<raw_member>{}, std::vector<raw_member>{expecting("/v", "1")}})
      CHECK(described(marker_at(path, more).run()) == "fail mismatch: " + path + " " + expected);
  }
  ::close(socket);
}

TEST_CASE("marker: an unreadable file is denied, and the message names the user") {
  if (::geteuid() != 0) {
    MESSAGE("skipped: the owner of a file can always be let in (needs root)");
    return;
  }
  const temp_folder top;
  fs::permissions(top.path(), fs::perms(0755));
  write_file(top / "m", "{}");
  fs::permissions(top / "m", fs::perms::none);
  fs::create_directory(top / "locked");
  write_file(top / "locked/m", "{}");
  fs::permissions(top / "locked", fs::perms::none);
  for (const auto& path : {top / "m", top / "locked/m"})
    CHECK(as_nobody([&] { return described(marker_at(path).run()); }) ==
          "fail denied: " + path + ": permission denied (to uid 65534)");
}

TEST_CASE("marker: read permission is that of the effective user, as for opening") {
  if (::geteuid() != 0) {
    MESSAGE("skipped: needs root to become another user");
    return;
  }
  const temp_folder top;
  fs::permissions(top.path(), fs::perms(0755));
  write_file(top / "m", "");
  fs::permissions(top / "m", fs::perms::owner_all);
  const auto found = in_child([&]() -> std::string {
    if (::setegid(nobody) != 0 || ::seteuid(nobody) != 0) return "cannot give up root";
    return described(marker_at(top / "m").run());
  });
  CHECK(found == "fail denied: " + (top / "m") + ": permission denied (to uid 65534)");
}

TEST_CASE("marker: a file is opened only when its content is checked") {
  const temp_folder top;
  write_file(top / "m", R"({"v":1})");
  const int events = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  REQUIRE(::inotify_add_watch(events, (top / "m").c_str(), IN_OPEN) >= 0);
  std::array<char, 4096> block{};
  CHECK(marker_at(top / "m", {option("min_size", "1B"), option("newer_than", "boot")}).run().verdict == verdict::pass);
  CHECK((::read(events, block.data(), block.size()) == -1 && errno == EAGAIN));
  CHECK(marker_at(top / "m", {expecting("/v", "1")}).run().verdict == verdict::pass);
  CHECK(::read(events, block.data(), block.size()) > 0);
  ::close(events);
}

TEST_CASE("marker: another user's file is read, although this may change its access time") {
  const temp_folder top;
  fs::permissions(top.path(), fs::perms(0755));
  write_file(top / "m", R"({"v":1})");
  CHECK(as_nobody([&] { return described(marker_at(top / "m", {expecting("/v", "1")}).run()); }).starts_with("pass"));
}

TEST_CASE("marker: an old marker is stale") {
  const temp_folder top;
  write_file(top / "m", "");
  auto by_boot = marker_at(top / "m", {option("newer_than", "boot")});
  auto by_start = marker_at(top / "m", {option("newer_than", "start")});
  auto by_age = marker_at(top / "m", {option("newer_than", "30s")});
  by_start.started_at -= 5min;
  for (auto* check : {&by_boot, &by_start, &by_age}) CHECK(check->run().verdict == verdict::pass);
  set_age(top / "m", 1min);
  CHECK(by_start.run().verdict == verdict::pass);
  CHECK(described(by_age.run()) == "fail stale: " + (top / "m") + " is over 1 min old, must be newer than 30s");
  set_age(top / "m", 10min);
  CHECK(by_start.run().reason == reason::stale);
  set_age(top / "m", boot_clock::now().time_since_epoch() + 1h);
  CHECK(by_boot.run().reason == reason::stale);
}

TEST_CASE("marker: a marker older than the newer_than file is of an earlier run") {
  const temp_folder top;
  write_file(top / "m", "");
  auto check = marker_at(top / "m", {option("newer_than_file", top / "started")});
  CHECK(described(check.run()) ==
        fmt::format("fail missing: {0} does not exist; {1} must be newer than it", top / "started", top / "m"));
  write_file(top / "started", "");
  set_age(top / "m", 1min);
  CHECK(described(check.run()).starts_with("fail stale: " + (top / "m") + " is "));
  write_file(top / "m", "");
  CHECK(check.run().verdict == verdict::pass);
  fs::permissions(top / "started", fs::perms::none);  // only its time is needed
  CHECK(check.run().verdict == verdict::pass);
  fs::remove(top / "m");
  CHECK(described(check.run()) == "fail missing: " + (top / "m") + " does not exist");
  fs::remove(top / "started");
  fs::create_directory(top / "started");
  write_file(top / "m", "");
  CHECK(check.run().reason == reason::mismatch);
}

TEST_CASE("marker: a preallocated file is missing until it is filled") {
  const temp_folder top;
  write_file(top / "m", "");
  fs::resize_file(top / "m", 8u << 20);
  CHECK(marker_at(top / "m", {option("min_size", "8MiB")}).run().verdict == verdict::pass);
  auto check = marker_at(top / "m", {option("min_size", "8MiB"), option("min_allocated", "1MiB")});
  CHECK(described(check.run()).starts_with("fail mismatch: " + (top / "m") + " has "));
  CHECK(described(check.run()).ends_with(" in allocated blocks at a size of 8.0 MiB, at least 1MiB expected"));
  write_file(top / "m", std::string(1u << 20, 'x'));
  fs::resize_file(top / "m", 8u << 20);
  CHECK(check.run().verdict == verdict::pass);
  auto with_content = marker_at(top / "m", {option("min_allocated", "1GiB"), expecting("/v", "1")});
  CHECK(with_content.run().message.ends_with("at least 1GiB expected"));
}

TEST_CASE("marker: configured content is compared with the file") {
  const temp_folder top;
  auto check = marker_at(top / "m", {expecting("/model", "llama"), option("progress", "/p")});
  write_file(top / "m", R"({"model":"llama","p":0.4})");
  auto found = check.run();
  CHECK(described(found) == "fail pending: " + (top / "m") + ": loading 40%");
  CHECK(found.measured("progress_ratio") == 0.4);
  write_file(top / "m", R"({"model":"llama","p":1})");
  CHECK(check.run().verdict == verdict::pass);
  write_file(top / "m", R"({"model":"qwen","p":1})");
  set_age(top / "m", 1min);
  CHECK(check.run().reason == reason::mismatch);
  write_file(top / "m", R"({"model":"lla)");
  CHECK(check.run().reason == reason::corrupt);
}

TEST_CASE("marker: a large file passes unless its content is checked") {
  const temp_folder top;
  write_file(top / "m", "");
  fs::resize_file(top / "m", 1ull << 30);
  CHECK(marker_at(top / "m", {option("min_size", "1GiB")}).run().verdict == verdict::pass);
  CHECK(described(marker_at(top / "m", {expecting("/v", "1")}).run()) ==
        "fail mismatch: " + (top / "m") + " is 1.0 GiB, too large to be a marker with content (at most 64KiB)");
  write_file(top / "m", "{\"v\":\"" + std::string(64 * 1024 - 8, 'x') + "\"}");
  CHECK(marker_at(top / "m", {expecting("/v", std::string(64 * 1024 - 8, 'x'))}).run().verdict == verdict::pass);
  set_age(top / "m", 1min);
  CHECK(described(marker_at(top / "m", {option("min_size", "1MiB")}).run()) ==
        "fail mismatch: " + (top / "m") + " is 64.0 KiB, at least 1MiB expected");
}

TEST_CASE("marker: a set passes when all its files pass") {
  const temp_folder top;
  std::vector<std::string> paths;
  for (int i = 0; i < 8; ++i) paths.push_back(top / std::to_string(i));
  auto check = markers_at(paths);
  auto found = check.run();
  CHECK(found.reason == reason::missing);
  CHECK(found.measured("files") == 8);
  CHECK(found.measured("files_missing") == 8);
  CHECK(found.message.ends_with((top / "4") + " does not exist; and 3 more files"));
  for (int i = 0; i < 7; ++i) write_file(paths[static_cast<std::size_t>(i)], "x");
  found = check.run();
  CHECK(described(found) == "fail missing: " + (top / "7") + " does not exist");
  CHECK(found.measured("files_missing") == 1);
  write_file(paths[7], "x");
  found = check.run();
  CHECK(found.message.starts_with("all 8 files exist, the oldest is "));
  CHECK(found.measured("size_bytes") == 8);
}

TEST_CASE("marker: a probe leaves no trace, not even an access time") {
  const temp_folder top;
  write_file(top / "m", R"({"v":1})");
  const timespec long_ago[2] = {{1'000'000'000, 1}, {1'000'000'001, 1}};
  REQUIRE(::utimensat(AT_FDCWD, (top / "m").c_str(), long_ago, 0) == 0);
  auto check = marker_at(top / "m", {expecting("/v", "1")});
  for (int i = 0; i < 10; ++i) CHECK(check.run().verdict == verdict::pass);
  struct stat info {};
  REQUIRE(::stat((top / "m").c_str(), &info) == 0);
  CHECK(info.st_atim.tv_sec == 1'000'000'000);
}

TEST_CASE("marker: a failure that waiting cannot change is reported at once") {
  const temp_folder top;
  // The quickest of several runs: another process may hold the processor during one of them.
  auto quickest = [](checked& check, std::chrono::milliseconds timeout, reason expected) {
    auto least = std::chrono::nanoseconds(1h);
    for (int i = 0; i < 10; ++i) {
      const auto before = boot_clock::now();
      CHECK(check.run(timeout).reason == expected);
      least = std::min<std::chrono::nanoseconds>(least, boot_clock::now() - before);
    }
    return least;
  };
  write_file(top / "m", R"({"v":2})");
  set_age(top / "m", 1min);
  auto check = marker_at(top / "m", {expecting("/v", "1")});
  CHECK(quickest(check, 2s, reason::mismatch) < 40ms);
  write_file(top / "m", R"({"v":)");
  CHECK(quickest(check, 120ms, reason::corrupt) < 40ms);  // no time for a second look before the deadline
  CHECK(quickest(check, 2s, reason::corrupt) > 40ms);
}
