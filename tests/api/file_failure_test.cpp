// Tests the reason and the sentence for the errno of a file operation.
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include <doctest/doctest.h>

#include <telltale/file_failure.hpp>

#include "fakes/temp_folder.hpp"

using namespace telltale;

namespace {

std::string text_of(const finding& found) {
  CHECK(found.verdict == verdict::fail);
  return std::string(to_string(found.reason)) + ": " + found.sentence;
}

}  // namespace

TEST_CASE("file failure: the sentence for a missing path names the missing part") {
  const temp_folder at;
  const auto path = at / "file";
  CHECK(text_of(file_failure(path, ENOENT)) == "missing: " + path + " does not exist");
  CHECK(text_of(file_failure(at / "sub/file", ENOENT)) ==
        "missing: " + (at / "sub/file") + " does not exist, nor does the directory " + (at / "sub"));
  std::filesystem::create_symlink("nowhere", path);
  CHECK(text_of(file_failure(path, ENOENT)) ==
        "missing: " + path + " is a symbolic link to something that does not exist");
}

TEST_CASE("file failure: every errno has a reason and a sentence that begins with the path") {
  CHECK(text_of(file_failure("/a/b", ENOTDIR)) == "missing: /a/b cannot exist: a part of it is not a directory");
  CHECK(text_of(file_failure("/a", EACCES)) ==
        "denied: /a: permission denied (to uid " + std::to_string(::geteuid()) + ")");
  CHECK(text_of(file_failure("/a", EPERM)) == text_of(file_failure("/a", EACCES)));
  CHECK(text_of(file_failure("/a", ELOOP)) == "mismatch: /a is a loop of symbolic links");
  CHECK(text_of(file_failure("/a", ENOTCONN)) ==
        "unreachable: /a: the file system's server is gone (transport endpoint is not connected)");
  for (const auto& [error, text] : {std::pair{EROFS, "readonly: /a: Read-only file system"},
                                    {ENOSPC, "full: /a: No space left on device"},
                                    {EDQUOT, "full: /a: Disk quota exceeded"},
                                    {ENAMETOOLONG, "mismatch: /a: File name too long"},
                                    {EAGAIN, "locked: /a: Resource temporarily unavailable"},
                                    {EIO, "corrupt: /a: Input/output error"},
                                    {ESTALE, "replaced: /a: Stale file handle"},
                                    {EHOSTDOWN, "unreachable: /a: Host is down"},
                                    {ETIMEDOUT, "unreachable: /a: Connection timed out"},
                                    {EINVAL, "internal: /a: Invalid argument"}})
    CHECK(text_of(file_failure("/a", error)) == text);
}
