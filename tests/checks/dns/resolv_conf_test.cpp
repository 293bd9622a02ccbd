// The name servers of /etc/resolv.conf, in a child with its own mounts and without a network.
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <doctest/doctest.h>

#include "checks/dns/scripted_server.hpp"
#include "checks/file_fixtures.hpp"

using namespace telltale;
using namespace telltale::fakes;

namespace {

/// Reason and message of a check with the file at `path` as /etc/resolv.conf; "" when the child could not be made.
std::string probe_with(const std::string& path) {
  const auto found = testing::in_private_mounts([&]() -> std::string {
    if (::unshare(CLONE_NEWNET) != 0) return "skipped: no network namespace";
    if (::mount(path.c_str(), "/etc/resolv.conf", nullptr, MS_BIND, nullptr) != 0) return "skipped: no bind mount";
    asio::io_context io;
    fixed_resolver unused;
    const auto out = probe_once(io, make_check(checks::dns(), {{"query", text("db.prod.test")}}), unused, ample, {});
    return std::string(to_string(out.reason)) + " " + out.message;
  });
  const bool skipped = found.starts_with("skipped") || found == "cannot make private mounts";
  if (skipped) MESSAGE(found << " (needs CAP_SYS_ADMIN)");
  return skipped ? "" : found;
}

}  // namespace

TEST_CASE("dns resolv.conf: without `servers` its name servers are asked; without a route they are unreachable") {
  const temp_folder folder;
  const auto found =
      probe_with(folder.write("two", "search prod.test\nnameserver 192.0.2.1\nnameserver 2001:db8::1\n"));
  if (found.empty()) return;
  CHECK(contains(found, "unreachable db.prod.test: name server 192.0.2.1: the server cannot be reached: Network is "));
  CHECK(contains(found, "; db.prod.test: name server 2001:db8::1: the server cannot be reached: "));
  CHECK(contains(probe_with(folder.write("none", "options ndots:5\n")), "name server 127.0.0.1: "));
}

TEST_CASE("dns resolv.conf: a FIFO or a huge file is reported, without waiting for it") {
  const temp_folder folder;
  REQUIRE(::mkfifo((folder / "fifo").c_str(), 0600) == 0);
  const auto found = probe_with(folder / "fifo");
  if (found.empty()) return;
  CHECK(found == "internal db.prod.test: /etc/resolv.conf: not a regular file");
  CHECK(contains(probe_with(folder.write("huge", std::string(70'000, '#'))), "/etc/resolv.conf: larger than 64KiB"));
}
