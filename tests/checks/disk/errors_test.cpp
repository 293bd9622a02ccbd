// Tests errors of single calls on a file system, and a FUSE server that has crashed.
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <array>
#include <cstddef>
#include <filesystem>

#include <doctest/doctest.h>

#include "checks/disk/fixtures.hpp"
#include "checks/fuse_fixtures.hpp"

using namespace telltale;
using namespace telltale::testing;

namespace {

/// Replaces the path with PATH.
std::string result_of(checked& check, const std::string& path) {
  auto text = described(check.run());
  for (auto at = text.find(path); at != std::string::npos; at = text.find(path)) text.replace(at, path.size(), "PATH");
  return text;
}

/// Makes statx fail in this process, as under container engines without support for it.
bool refuse_statx() {
  std::array<sock_filter, 4> program{{BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
                                      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_statx, 0, 1),
                                      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
                                      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)}};
  sock_fprog filter{static_cast<unsigned short>(program.size()), program.data()};
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

}  // namespace

TEST_CASE("disk errors: an error of any call fails, even when the other calls succeed") {
  struct row {
    std::uint32_t opcode;
    int error;
    const char* expected;
  };
  for (const auto& [opcode, error, expected] : {
           row{FUSE_STATFS, EIO, "fail corrupt: PATH: Input/output error"},
           row{FUSE_STATFS, ESTALE, "fail replaced: PATH: Stale file handle"},
           row{FUSE_GETATTR, EIO, "fail corrupt: PATH: Input/output error (stat; statfs still works)"},
           row{FUSE_GETATTR, ESTALE, "fail replaced: PATH: Stale file handle (stat; statfs still works)"},
           row{FUSE_GETATTR, EHOSTDOWN, "fail unreachable: PATH: Host is down (stat; statfs still works)"},
       }) {
    CAPTURE(expected);
    const auto found = on_fuse({}, [&, opcode = opcode, error = error](const std::string& path, fuse_server& server) {
      auto check = disk_on(path);
      auto out = result_of(check, path) + " -> ";
      server.fail(opcode, error);
      out += result_of(check, path) + " -> ";
      server.fail(opcode, 0);
      return out + result_of(check, path);
    });
    if (skipped_fuse(found)) return;
    constexpr auto healthy = "pass ok: PATH 10% used, 3.5 MiB available";
    CHECK(found == fmt::format("{} -> {} -> {}", healthy, expected, healthy));
  }
}

TEST_CASE("disk errors: a crashed FUSE server is unreachable") {
  const auto found = on_fuse({}, [](const std::string& path, fuse_server& server) {
    auto check = disk_on(path);
    auto out = result_of(check, path) + " -> ";
    server.crash();
    return out + result_of(check, path);
  });
  if (skipped_fuse(found)) return;
  CHECK(found ==
        "pass ok: PATH 10% used, 3.5 MiB available -> fail unreachable: PATH: the file system's server is gone "
        "(transport endpoint is not connected)");
}

TEST_CASE("disk errors: impossible numbers are reported") {
  const auto found = on_fuse({}, [](const std::string& path, fuse_server& server) {
    constexpr auto unknown = ~std::uint64_t{0};
    auto check = disk_on(path);
    server.numbers({unknown, unknown, unknown, unknown, unknown, 4096, 255, 4096, 0, {}});
    auto out = result_of(check, path) + "\n";
    // Blocks are counted in fragments, whatever the preferred size of a transfer is.
    server.numbers({1000, 50, 50, 0, 0, 1 << 20, 255, 4096, 0, {}});
    out += result_of(check, path) + "\n";
    server.numbers({1000, 900, 900, 0, 0, 0, 255, 0, 0, {}});
    return out + result_of(check, path);
  });
  if (skipped_fuse(found)) return;
  CHECK(
      found ==
      "warn mismatch: PATH is on a file system that reports impossible numbers: a number has all bits set, which means "
      "unknown; its space is not measured\n"
      "fail threshold: PATH 95% used (limit 90%)\n"
      "warn mismatch: PATH is on a file system that reports impossible numbers: the size of a block is 0; its space is "
      "not measured");
}

TEST_CASE("disk errors: without statx, stat and the mount table give the same result") {
  if (!may_mount()) return;
  const temp_folder top;
  std::filesystem::create_directory(top / "data");
  const auto found = in_private_mounts([&]() -> std::string {
    if (::mount("volume", (top / "data").c_str(), "tmpfs", 0, "size=4m") != 0) return "no mount";
    write_file(top / "data/file", std::string(100 * 1024, 'x'));
    std::filesystem::create_directory(top / "data/inner");
    if (::mount("inner", (top / "data/inner").c_str(), "tmpfs", 0, "size=4m") != 0) return "no inner mount";
    write_file(top / "data/inner/file", std::string(100 * 1024, 'x'));
    if (!refuse_statx()) return "skipped: no seccomp filter";
    auto volume = disk_on(top / "data", {option("mount", "true"), option("size_limit", "1MiB")});
    auto parent = disk_on(top.path(), {option("mount", "true")});
    return result_of(volume, top / "data") + "\n" + fmt::format("{}", to_string(parent.run().reason));
  });
  if (found.starts_with("skipped")) MESSAGE(found);
  else CHECK(found == "pass ok: PATH 2.4% used, 3.9 MiB available; holds 100.0 KiB, 9.7% of its 1MiB\nmissing");
}
