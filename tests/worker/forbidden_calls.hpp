// System calls that a compromised check may try, and those that a legitimate check may need.
#pragma once

#include <fcntl.h>
#include <linux/netlink.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace telltale::test {

inline int error_of(long result) { return result < 0 ? errno : 0; }
inline int call(long number, long a = 0, long b = 0, long c = 0, long d = 0) {
  return error_of(::syscall(number, a, b, c, d, 0));
}

/// Returns the calls that did not fail with EPERM, or "none".
inline std::string forbidden_calls() {
  const char* const argv[] = {"/bin/true", nullptr};
  const auto at = [](const void* p) { return reinterpret_cast<long>(p); };
  const std::vector<std::pair<const char*, int>> tried {
    {"execve", call(SYS_execve, at(argv[0]), at(argv), at(argv + 1))},
        {"execveat", call(SYS_execveat, -100, at(argv[0]), at(argv), at(argv + 1))},
        {"mount", call(SYS_mount, at("none"), at("/nowhere"), at("tmpfs"))},
        {"umount2", call(SYS_umount2, at("/nowhere"))}, {"fsopen", call(SYS_fsopen, at("tmpfs"))},
        {"unshare", call(SYS_unshare, CLONE_NEWUSER)}, {"setns", call(SYS_setns, -1)},
        {"bpf", call(SYS_bpf, 0, at(argv), 0)}, {"perf_event_open", call(SYS_perf_event_open, 0, 0, -1, -1)},
        {"userfaultfd", call(SYS_userfaultfd)}, {"io_uring_setup", call(SYS_io_uring_setup, 1, 0)},
        {"init_module", call(SYS_init_module, 0, 0, at(""))}, {"finit_module", call(SYS_finit_module, -1, at(""))},
        {"delete_module", call(SYS_delete_module, at("none"))}, {"kexec_load", call(SYS_kexec_load, 0, 0, 0, -1)},
        {"keyctl", call(SYS_keyctl, 0, -3)}, {"add_key", call(SYS_add_key, at("user"), at("x"), at("y"), 1)},
        {"process_vm_readv", call(SYS_process_vm_readv, ::getppid())}, {"chroot", call(SYS_chroot, at("/nowhere"))},
        {"setuid", call(SYS_setuid, ::getuid())}, {"capset", call(SYS_capset)},
        {"mknodat", call(SYS_mknodat, -1, at("x"), 0, 0)}, {"reboot", call(SYS_reboot)},
        {"AF_PACKET", call(SYS_socket, AF_PACKET, SOCK_RAW, 0)},
        {"AF_VSOCK", call(SYS_socket, AF_VSOCK, SOCK_STREAM, 0)},
        {"AF_ALG", call(SYS_socket, AF_ALG, SOCK_SEQPACKET, 0)},
        {"raw AF_INET", call(SYS_socket, AF_INET, SOCK_RAW | SOCK_CLOEXEC, 1)},
        {"raw AF_INET6", call(SYS_socket, AF_INET6, SOCK_RAW, 58)},
        {"NETLINK_KOBJECT_UEVENT", call(SYS_socket, AF_NETLINK, SOCK_RAW, NETLINK_KOBJECT_UEVENT)},
        {"listen", call(SYS_listen, -1)}, {"accept4", call(SYS_accept4, -1)},
        {"F_SETOWN", call(SYS_fcntl, 3, F_SETOWN, ::getppid())}, {"F_SETSIG", call(SYS_fcntl, 3, F_SETSIG, SIGKILL)},
        {"F_SETOWN_EX", call(SYS_fcntl, 3, F_SETOWN_EX, at(argv))},
        {"limits of the program", call(SYS_prlimit64, ::getppid(), RLIMIT_NOFILE)},
        {"TIOCSTI", call(SYS_ioctl, 0, 0x5412, at("x"))},
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
        {"ptrace", call(SYS_ptrace, 16, ::getppid())}, {"clone", call(SYS_clone, SIGCHLD)},
        {"kill", call(SYS_kill, ::getppid(), 0)}, {"tgkill", call(SYS_tgkill, ::getppid(), ::getppid(), 0)},
#endif
#ifdef SYS_fork
        {"fork", call(SYS_fork)}, {"vfork", call(SYS_vfork)},
#endif
  };
  std::string out;
  for (const auto& [name, error] : tried)
    if (error != EPERM) out += fmt::format("{}: {}, ", name, error == 0 ? "done" : std::strerror(error));
  return out.empty() ? "none" : out;
}

/// Returns the calls that failed, or "none".
inline std::string permitted_calls() {
  bool thread_ran = false;
  try {
    std::thread([&] { thread_ran = true; }).join();
  } catch (const std::system_error&) {
  }
  const std::vector<std::pair<const char*, int>> tried{
      {"UDP", call(SYS_socket, AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)},
      {"TCP", call(SYS_socket, AF_INET, SOCK_STREAM, 0)},
      {"unix", call(SYS_socket, AF_UNIX, SOCK_STREAM, 0)},
      {"route netlink", call(SYS_socket, AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE)},
      {"signalling itself", error_of(::kill(::getpid(), 0))},
      {"F_GETFL", call(SYS_fcntl, 3, F_GETFL)},
      {"own limits", call(SYS_prlimit64, 0, RLIMIT_NOFILE)},
      {"thread", thread_ran ? 0 : EAGAIN},
  };
  std::string out;
  for (const auto& [name, error] : tried)
    if (error != 0) out += fmt::format("{}: {}, ", name, std::strerror(error));
  return out.empty() ? "none" : out;
}

}  // namespace telltale::test
