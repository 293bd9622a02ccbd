// Shared by the tests of file-system checks: files, child processes with other privileges, and a probe.
#pragma once

#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <stdexcept>
#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <telltale/check_type.hpp>

#include "fakes/temp_folder.hpp"

namespace telltale::testing {

/// Creates or rewrites a file in place.
inline void write_file(const std::string& path, const std::string& text) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd < 0) throw std::runtime_error("cannot create " + path);
  const auto written = ::write(fd, text.data(), text.size());
  ::close(fd);
  if (written != static_cast<ssize_t>(text.size())) throw std::runtime_error("cannot write " + path);
}

/// Sets the modification time to this age.
inline void set_age(const std::string& path, std::chrono::nanoseconds age) {
  std::filesystem::last_write_time(path,
                                   std::filesystem::file_time_type::clock::now() -
                                       std::chrono::duration_cast<std::filesystem::file_time_type::duration>(age));
}

/// A check of `type` with these options and its state; `run` probes it as a worker does.
class checked {
 public:
  checked(const check_type& type, std::vector<raw_member> options) {
    const auto raw = raw_value::map(std::move(options));
    problems errors;
    type.validate(raw, errors, {});
    for (const auto& problem : errors.list()) throw std::runtime_error(problem.message);
    check_ = type.make_blocking(raw);
  }

  outcome run(std::chrono::milliseconds timeout = std::chrono::seconds(2)) {
    const auto now = boot_clock::now();
    probe_context ctx{now, now + timeout, started_at, memory};
    return check_->probe(ctx);
  }

  std::chrono::system_clock::time_point started_at = std::chrono::system_clock::now();
  telltale::memory memory;

 private:
  std::unique_ptr<blocking_check> check_;
};

inline raw_member option(std::string key, std::string text) {
  return {std::move(key), {}, raw_value::scalar(std::move(text))};
}

/// "fail threshold: /data 91% used (limit 90%)".
inline std::string described(const outcome& found) {
  return fmt::format("{} {}: {}", to_string(found.verdict), to_string(found.reason), found.message);
}

/// Runs `body` in a child process and returns its text; exceptions become text too.
inline std::string in_child(const std::function<std::string()>& body) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("pipe failed");
  const pid_t child = ::fork();
  if (child == 0) {
    std::string text;
    try {
      text = body();
    } catch (const std::exception& error) {
      text = std::string("exception: ") + error.what();
    }
    [[maybe_unused]] const auto sent = ::write(ends[1], text.data(), text.size());
    ::_exit(0);
  }
  ::close(ends[1]);
  std::string out;
  char block[4096];
  for (ssize_t n = 0; (n = ::read(ends[0], block, sizeof block)) > 0;) out.append(block, static_cast<std::size_t>(n));
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  return status == 0 ? out : fmt::format("child ended with status {}", status);
}

constexpr uid_t nobody = 65534;

/// Runs `body` without privileges. An ordinary user remains that user.
inline std::string as_nobody(const std::function<std::string()>& body) {
  return in_child([&]() -> std::string {
    if (::geteuid() == 0 && (::setgroups(0, nullptr) != 0 || ::setgid(nobody) != 0 || ::setuid(nobody) != 0))
      return "cannot give up root";
    return body();
  });
}

/// Runs `body` in its own mount namespace, which ends with the child.
inline std::string in_private_mounts(const std::function<std::string()>& body) {
  return in_child([&]() -> std::string {
    if (::unshare(CLONE_NEWNS) != 0 || ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0)
      return "cannot make private mounts";
    return body();
  });
}

/// Whether mounting a tmpfs is permitted here; prints the reason if not.
inline bool may_mount() {
  const temp_folder at;
  const auto tried = in_private_mounts([&]() -> std::string {
    return ::mount("tmpfs", at.path().c_str(), "tmpfs", 0, "size=1m") == 0 ? "yes" : "cannot mount a tmpfs";
  });
  if (tried != "yes") MESSAGE("skipped: " << tried << " (needs CAP_SYS_ADMIN)");
  return tried == "yes";
}

}  // namespace telltale::testing
