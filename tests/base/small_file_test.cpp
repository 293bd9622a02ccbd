#include "base/small_file.hpp"

#include <doctest/doctest.h>

#include <sys/stat.h>

#include <cerrno>
#include <filesystem>

#include "fakes/temp_folder.hpp"

using namespace telltale;
using fault = small_file::fault;

TEST_CASE("small file: the content of a regular file, up to the limit") {
  const temp_folder folder;
  const auto file = folder.write("a", std::string(5, 'x') + '\0');
  CHECK(read_small_file(file, 6).text == std::string("xxxxx\0", 6));
  CHECK(read_small_file(file, 6).ok());
  CHECK(read_small_file(file, 5).what == fault::too_large);
  CHECK(read_small_file(file, 5).largest == 5);
  CHECK(read_small_file(file, 5).text.empty());
  CHECK(read_small_file(folder.write("empty", ""), 0).ok());
}

TEST_CASE("small file: what is not a regular file is not read, and nothing waits for it") {
  const temp_folder folder;
  const auto fifo = folder.path() + "/fifo";
  REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
  const auto seen = read_small_file(fifo, 100);
  CHECK(seen.what == fault::not_regular);
  CHECK(S_ISFIFO(seen.mode));
  CHECK(read_small_file(folder.path(), 100).what == fault::not_regular);
  CHECK(S_ISCHR(read_small_file("/dev/zero", 100).mode));
}

TEST_CASE("small file: a file without a size in its inode is read to its end") {
  const auto seen = read_small_file("/proc/self/status", 64 * 1024);
  CHECK(seen.ok());
  CHECK(seen.text.size() > 100);
  CHECK(read_small_file("/proc/self/status", 100).what == fault::too_large);
}

TEST_CASE("small file: errno says why a file cannot be opened") {
  const temp_folder folder;
  CHECK(read_small_file(folder.path() + "/none", 1).error == ENOENT);
  std::filesystem::create_symlink("loop", folder.path() + "/loop");
  const auto seen = read_small_file(folder.path() + "/loop", 1);
  CHECK(seen.what == fault::open);
  CHECK(seen.error == ELOOP);
}
