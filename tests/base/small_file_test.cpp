#include "base/small_file.hpp"

#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <filesystem>

#include "fakes/temp_folder.hpp"

using namespace telltale;
using fault = small_file::fault;

TEST_CASE("small file: a regular file is read up to the limit") {
  const temp_folder folder;
  const auto file = folder.write("a", std::string(5, 'x') + '\0');
  CHECK(read_small_file(file, 6).text == std::string("xxxxx\0", 6));
  CHECK(read_small_file(file, 6).ok());
  CHECK(read_small_file(file, 5).what == fault::too_large);
  CHECK(read_small_file(file, 5).largest == 5);
  CHECK(read_small_file(file, 5).text.empty());
  CHECK(read_small_file(folder.write("empty", ""), 0).ok());
}

TEST_CASE("small file: other types than regular files are rejected without blocking") {
  const temp_folder folder;
  const auto fifo = folder.path() + "/fifo";
  REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
  const auto seen = read_small_file(fifo, 100);
  CHECK(seen.what == fault::not_regular);
  CHECK(S_ISFIFO(seen.mode));
  CHECK(read_small_file(folder.path(), 100).what == fault::not_regular);
  CHECK(S_ISCHR(read_small_file("/dev/zero", 100).mode));
}

TEST_CASE("small file: a file with size 0 in its inode is read to its end") {
  const auto seen = read_small_file("/proc/self/status", 64 * 1024);
  CHECK(seen.ok());
  CHECK(seen.text.size() > 100);
  CHECK(read_small_file("/proc/self/status", 100).what == fault::too_large);
}

TEST_CASE("small file: the access time of an owner's file does not change") {
  const temp_folder folder;
  const auto path = folder.write("a", "x");
  struct stat info {};
  REQUIRE(::stat(path.c_str(), &info) == 0);
  const timespec times[] = {{1000, 0}, {2000, 0}};  // older than the change: relatime would set it
  REQUIRE(::utimensat(AT_FDCWD, path.c_str(), times, 0) == 0);
  std::string text;
  CHECK(read_up_to(open_quietly(path, info.st_uid).get(), 10, 1, text) == 0);
  CHECK(text == "x");
  REQUIRE(::stat(path.c_str(), &info) == 0);
  CHECK(info.st_atim.tv_sec == 1000);
}

TEST_CASE("small file: one byte beyond the limit is read to detect a larger file") {
  const temp_folder folder;
  std::string text;
  CHECK(read_up_to(open_for_reading(folder.write("a", "12345")).get(), 3, 5, text) == 0);
  CHECK(text == "1234");
  CHECK(read_up_to(-1, 3, 5, text) == EBADF);
}

TEST_CASE("small file: errno is set when a file cannot be opened") {
  const temp_folder folder;
  CHECK(read_small_file(folder.path() + "/none", 1).error == ENOENT);
  std::filesystem::create_symlink("loop", folder.path() + "/loop");
  const auto seen = read_small_file(folder.path() + "/loop", 1);
  CHECK(seen.what == fault::open);
  CHECK(seen.error == ELOOP);
}
