// Tests loading configuration files: accepted files, rejected files and their messages.
#include "config/load_config.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "config/config_file.hpp"
#include "diagnostics/error_text.hpp"
#include "fakes/fake_checks.hpp"
#include "fakes/temp_folder.hpp"

using namespace telltale;
namespace fs = std::filesystem;

namespace {

const std::string good_text = "checks:\n  - {name: a, type: disk, path: /}\n";

std::string printed(const config_result& result) {
  const auto* errors = std::get_if<config_errors>(&result);
  return errors ? to_text(*errors) : "accepted\n";
}

std::string load(const std::string& path) { return printed(load_config(path, fakes::table(), fakes::variables)); }

}  // namespace

TEST_CASE("load_config: a file is read, and its name is the source") {
  const temp_folder dir;
  const auto path = dir.write("telltale.yaml", good_text);
  const auto result = load_config(path, fakes::table(), fakes::variables);
  REQUIRE_EQ(printed(result), "accepted\n");
  CHECK_EQ(std::get<config>(result).source, path);
  CHECK_EQ(std::get<config>(result).checks.size(), 1);
}

TEST_CASE("load_config: a symbolic link, as Kubernetes makes them, is followed") {
  const temp_folder dir;
  fs::create_directory(dir / "..data");
  dir.write("..data/telltale.yaml", good_text);
  fs::create_symlink("..data/telltale.yaml", dir / "telltale.yaml");
  CHECK_EQ(load(dir / "telltale.yaml"), "accepted\n");
}

TEST_CASE("load_config: an unreadable file is reported in one line with a fix") {
  const temp_folder dir;
  const auto missing = dir / "missing.yaml";
  CHECK_EQ(load(missing), missing + ": no such file\n");
  CHECK_EQ(load(missing + "/x"), missing + "/x: no such file\n");
  CHECK_EQ(load(dir / ""), dir / "" + ": a directory - name a file in it\n");
  const auto fifo = dir / "fifo";
  REQUIRE_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  CHECK_EQ(load(fifo), fifo + ": a FIFO - use '-c -' to read from a pipe\n");
  CHECK_EQ(load("/dev/zero"), "/dev/zero: a character device - use '-c -' to read standard input\n");
  fs::create_symlink("loop", dir / "loop");
  CHECK_EQ(load(dir / "loop"), dir / "loop" + ": cannot be opened: Too many levels of symbolic links\n");
  CHECK_EQ(load((dir / std::string(300, 'x'))),
           (dir / std::string(300, 'x')) + ": cannot be opened: File name too long\n");
}

TEST_CASE("load_config: a socket is rejected") {
  const temp_folder dir;
  const auto path = dir / "s";
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  REQUIRE_EQ(::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  CHECK_EQ(load(path), path + ": a socket or device without a peer, not a regular file\n");
  ::close(fd);
}

TEST_CASE("load_config: a file without read permission is an error, not a reason for the built-in configuration") {
  const temp_folder dir;
  const auto path = dir.write("telltale.yaml", good_text);
  ::chmod((dir / "").c_str(), 0755);
  ::chmod(path.c_str(), 0);
  const bool root = ::geteuid() == 0;  // root can read everything, so the test drops its privileges
  if (root && ::seteuid(65534) != 0) {
    MESSAGE("root cannot become another user here: the permission test is left out");
    return;
  }
  const auto user = std::to_string(::geteuid());
  const auto named = load(path);
  const auto installed = printed(load_config_or_default("", path, fakes::table(), fakes::variables));
  if (root) REQUIRE_EQ(::seteuid(0), 0);
  const auto expected = path + ": permission denied for user " + user + " - make the file readable for it\n";
  CHECK_EQ(named, expected);
  CHECK_EQ(installed, expected);
}

TEST_CASE("load_config: a file above 1 MiB is rejected unread, one of exactly 1 MiB is read") {
  const temp_folder dir;
  const auto too_large = dir.write("large.yaml", std::string(max_config_bytes + 1, '#'));
  CHECK_EQ(load(too_large),
           too_large + ": larger than 1 MiB, the most a configuration may have - is this the right file?\n");
  const auto junk = dir.write("junk.yaml", std::string(10 * max_config_bytes, '\x8A'));
  CHECK_EQ(load(junk), junk + ": larger than 1 MiB, the most a configuration may have - is this the right file?\n");
  const auto largest =
      dir.write("largest.yaml", good_text + "#" + std::string(max_config_bytes - good_text.size() - 1, 'x'));
  CHECK_EQ(fs::file_size(largest), max_config_bytes);
  CHECK_EQ(load(largest), "accepted\n");
}

TEST_CASE("load_config: a binary file is rejected with the location of the first byte that is not text") {
  const temp_folder dir;
  const auto path = dir.write("a.yaml", "SQLite format 3" + std::string(1, '\0') + "\x10\x00\x02\x02");
  CHECK_EQ(load(path).substr(path.size(), 40), ":1:16: a NUL byte: this is not a text fi");
}

TEST_CASE("load_config: the default is the installed file, or else the built-in configuration") {
  const temp_folder dir;
  const auto built_in = load_config_or_default("", dir / "none.yaml", fakes::table(), fakes::variables);
  REQUIRE_EQ(printed(built_in), "accepted\n");
  const auto& c = std::get<config>(built_in);
  CHECK_EQ(c.source, "<built-in>");
  REQUIRE_EQ(c.checks.size(), 1);
  CHECK_EQ(c.checks[0].type->name, "disk");
  CHECK_EQ(c.checks[0].options->find("path")->text, "/");
  const auto installed = dir.write("telltale.yaml", good_text);
  const auto found = load_config_or_default("", installed, fakes::table(), fakes::variables);
  CHECK_EQ(std::get<config>(found).source, installed);
}

TEST_CASE("load_config: an invalid installed file is an error, not a reason for the built-in configuration") {
  const temp_folder dir;
  const auto result =
      load_config_or_default("", dir.write("telltale.yaml", "chekcs: []"), fakes::table(), fakes::variables);
  CHECK(std::holds_alternative<config_errors>(result));
}

TEST_CASE("config_file: a stream is read to its end, for any split") {
  int ends[2];
  REQUIRE_EQ(::pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);  // non-blocking, so the reader must wait
  ::fcntl(ends[1], F_SETFL, 0);
  std::thread writer([fd = ends[1]] {
    const std::string part(30'000, '#');
    for (int i = 0; i < 10; ++i) (void)!::write(fd, part.data(), part.size());
    ::close(fd);
  });
  const auto file = read_config_stream(ends[0]);
  writer.join();
  ::close(ends[0]);
  CHECK_EQ(file.error, "");
  CHECK_EQ(file.text.size(), 300'000);
}

TEST_CASE("config_file: an endless stream is rejected at 1 MiB") {
  const int zero = ::open("/dev/zero", O_RDONLY | O_CLOEXEC);
  const auto file = read_config_stream(zero);
  ::close(zero);
  CHECK(file.error.find("larger than 1 MiB") == 0);
  CHECK(file.text.empty());
}

TEST_CASE("config_file: the error of an unreadable stream names the cause") {
  const int directory = ::open("/", O_RDONLY | O_CLOEXEC);
  CHECK_EQ(read_config_stream(directory).error, "cannot be read: Is a directory");
  ::close(directory);
}

TEST_CASE("load_config: variables of the process environment are found by name") {
  ::setenv("TELLTALE_TEST_VARIABLE", "x", 1);
  CHECK_EQ(process_environment()("TELLTALE_TEST_VARIABLE"), "x");
  ::unsetenv("TELLTALE_TEST_VARIABLE");
  CHECK_FALSE(process_environment()("TELLTALE_TEST_VARIABLE"));
}
