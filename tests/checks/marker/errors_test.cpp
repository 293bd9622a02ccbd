// Tests errors of single system calls, as on a file system after a shutdown: each determines the verdict.
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdarg>

#include <doctest/doctest.h>

#include "checks/file_fixtures.hpp"

namespace telltale::checks {
check_type marker();
}

using namespace telltale;
using namespace telltale::testing;

namespace {

/// The errno that each call returns for the file with this name; 0 for the real call.
struct failing_calls {
  std::string path;
  int statx = 0;
  int faccessat = 0;
  int stat = 0;
  int open = 0;
};
failing_calls broken;

bool fails(const char* path, int error) {
  if (error == 0 || broken.path != path) return false;
  errno = error;
  return true;
}

template <class Function>
Function next(const char* name) {
  return reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
}

}  // namespace

// The linker prefers these to those of the C library.
extern "C" int statx(int at, const char* path, int flags, unsigned mask, struct statx* out) noexcept {
  static const auto real = next<int (*)(int, const char*, int, unsigned, struct statx*)>("statx");
  return fails(path, broken.statx) ? -1 : real(at, path, flags, mask, out);
}
extern "C" int faccessat(int at, const char* path, int mode, int flags) noexcept {
  static const auto real = next<int (*)(int, const char*, int, int)>("faccessat");
  return fails(path, broken.faccessat) ? -1 : real(at, path, mode, flags);
}
extern "C" int stat(const char* path, struct stat* out) noexcept {
  static const auto real = next<int (*)(const char*, struct stat*)>("stat");
  return fails(path, broken.stat) ? -1 : real(path, out);
}
extern "C" int open(const char* path, int flags, ...) {
  static const auto real = next<int (*)(const char*, int, mode_t)>("open");
  va_list more;
  va_start(more, flags);
  const auto mode = (flags & O_CREAT) != 0 ? va_arg(more, mode_t) : 0;
  va_end(more);
  return fails(path, broken.open) ? -1 : real(path, flags, mode);
}

namespace {

std::string judged(const std::string& path, bool with_content) {
  std::vector<raw_member> options{option("path", path)};
  if (with_content) options.push_back({"content", {}, raw_value::map({option("/v", "1")})});
  const auto found = checked(checks::marker(), std::move(options)).run();
  return fmt::format("{} {}", to_string(found.verdict), to_string(found.reason));
}

}  // namespace

TEST_CASE("marker errors: an error of any call fails, even when the other calls succeed") {
  const temp_folder top;
  const auto path = top / "m";
  write_file(path, R"({"v":1})");
  struct row {
    failing_calls calls;
    bool with_content;
    std::string expected;
  };
  for (const auto& [calls, with_content, expected] :
       {row{{path, EIO, 0, 0, 0}, false, "fail corrupt"}, row{{path, 0, EIO, 0, 0}, false, "fail corrupt"},
        row{{path, ESTALE, 0, 0, 0}, false, "fail replaced"}, row{{path, ENOTCONN, 0, 0, 0}, false, "fail unreachable"},
        row{{path, 0, ENOTCONN, 0, 0}, false, "fail unreachable"}, row{{path, 0, 0, EIO, 0}, true, "fail corrupt"},
        row{{path, 0, 0, 0, EIO}, true, "fail corrupt"}, row{{path, 0, 0, 0, ESTALE}, true, "fail replaced"}}) {
    CAPTURE(calls.statx);
    CAPTURE(calls.faccessat);
    CAPTURE(with_content);
    broken = calls;
    CHECK(judged(path, with_content) == expected);
    broken = {};
    CHECK(judged(path, with_content) == "pass ok");
  }
}

TEST_CASE("marker errors: when a kernel or sandbox refuses the quick calls, opening the file decides") {
  const temp_folder top;
  const auto path = top / "m";
  write_file(path, "");
  for (const int refused : {ENOSYS, EPERM, EACCES, EINVAL, EOPNOTSUPP}) {
    CAPTURE(refused);
    broken = {path, refused, 0, 0, 0};
    CHECK(judged(path, false) == "pass ok");
    broken = {path, 0, refused, 0, 0};
    CHECK(judged(path, false) == "pass ok");
  }
  broken = {};
}
