// Lists the denied system calls and translates the list to BPF.
#include "worker/syscall_filter.hpp"

#include <asm/ioctls.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/netlink.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>

namespace telltale {
namespace {

#if defined(__x86_64__)
constexpr std::uint32_t machine = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr std::uint32_t machine = AUDIT_ARCH_AARCH64;
#else
constexpr std::uint32_t machine = 0;
#endif

// LeakSanitizer inspects the process with ptrace from a clone and ends that clone with a signal.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool sanitized = true;
#else
constexpr bool sanitized = false;
#endif

constexpr std::uint32_t allow = SECCOMP_RET_ALLOW;
constexpr std::uint32_t deny = SECCOMP_RET_ERRNO | EPERM;
constexpr std::uint32_t not_implemented = SECCOMP_RET_ERRNO | ENOSYS;
constexpr std::uint32_t kill_process = SECCOMP_RET_KILL_PROCESS;

constexpr std::uint32_t denied[] = {
    // starting programs, acting on other processes
    SYS_execve,
    SYS_execveat,
    SYS_process_vm_readv,
    SYS_process_vm_writev,
    SYS_process_madvise,
    SYS_pidfd_getfd,
    SYS_pidfd_send_signal,
    SYS_rt_sigqueueinfo,
    SYS_rt_tgsigqueueinfo,
    SYS_kcmp,
    SYS_setns,
    SYS_unshare,
    // mounts and file systems
    SYS_mount,
    SYS_umount2,
    SYS_pivot_root,
    SYS_chroot,
    SYS_open_tree,
    SYS_move_mount,
    SYS_fsopen,
    SYS_fsconfig,
    SYS_fsmount,
    SYS_fspick,
    SYS_mount_setattr,
    SYS_quotactl,
    SYS_quotactl_fd,
    SYS_swapon,
    SYS_swapoff,
    SYS_open_by_handle_at,
    SYS_fanotify_init,
    SYS_mknodat,
    // the kernel itself
    SYS_bpf,
    SYS_perf_event_open,
    SYS_userfaultfd,
    SYS_io_uring_setup,
    SYS_io_uring_enter,
    SYS_io_uring_register,
    SYS_init_module,
    SYS_finit_module,
    SYS_delete_module,
    SYS_kexec_load,
    SYS_kexec_file_load,
    SYS_reboot,
    SYS_syslog,
    SYS_acct,
    SYS_personality,
    SYS_vhangup,
    SYS_lookup_dcookie,
    SYS_nfsservctl,
    // keys, clocks, names
    SYS_keyctl,
    SYS_add_key,
    SYS_request_key,
    SYS_settimeofday,
    SYS_clock_settime,
    SYS_clock_adjtime,
    SYS_adjtimex,
    SYS_sethostname,
    SYS_setdomainname,
    // changing the user or group
    SYS_setuid,
    SYS_setgid,
    SYS_setreuid,
    SYS_setregid,
    SYS_setresuid,
    SYS_setresgid,
    SYS_setfsuid,
    SYS_setfsgid,
    SYS_setgroups,
    SYS_capset,
    // accepting connections
    SYS_listen,
    SYS_accept,
    SYS_accept4,
#if defined(__x86_64__)
    SYS_fork,
    SYS_vfork,
    SYS_iopl,
    SYS_ioperm,
    SYS_modify_ldt,
    SYS_mknod,
    SYS_uselib,
    SYS__sysctl,
    SYS_create_module,
    SYS_query_module,
    SYS_get_kernel_syms,
#endif
};

using program = std::vector<sock_filter>;

sock_filter load(std::size_t offset) { return BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<std::uint32_t>(offset)); }
/// Loads the lower half of an argument. All inspected arguments are int in the kernel, and both machines are
/// little-endian.
sock_filter argument(std::size_t index) { return load(offsetof(seccomp_data, args) + index * sizeof(std::uint64_t)); }
sock_filter end_with(std::uint32_t action) { return BPF_STMT(BPF_RET | BPF_K, action); }
sock_filter jump(std::uint16_t how, std::uint32_t value, std::size_t when_true, std::size_t when_false) {
  return BPF_JUMP(static_cast<std::uint16_t>(BPF_JMP | how | BPF_K), value, static_cast<std::uint8_t>(when_true),
                  static_cast<std::uint8_t>(when_false));
}

/// Applies `body` to this call; every path through `body` ends with a return.
void on_call(program& out, std::uint32_t number, const program& body) {
  out.push_back(jump(BPF_JEQ, number, 0, body.size()));
  out.insert(out.end(), body.begin(), body.end());
}

void check_machine(program& out) {
  out.insert(out.end(), {load(offsetof(seccomp_data, arch)), jump(BPF_JEQ, machine, 1, 0), end_with(kill_process),
                         load(offsetof(seccomp_data, nr))});
#if defined(__x86_64__)
  constexpr std::uint32_t first_x32_call = 0x4000'0000;
  out.insert(out.end(), {jump(BPF_JGE, first_x32_call, 0, 1), end_with(kill_process)});
#endif
}

program only_itself(std::uint32_t process_id) {
  return {argument(0), jump(BPF_JEQ, process_id, 0, 1), end_with(allow), end_with(deny)};
}

/// Allows threads and denies processes.
program only_threads() { return {argument(0), jump(BPF_JSET, CLONE_THREAD, 0, 1), end_with(allow), end_with(deny)}; }

/// Denies injecting input into the terminal that the program was started on.
program no_terminal_input() {
  return {argument(1), jump(BPF_JEQ, TIOCSTI, 1, 0), jump(BPF_JEQ, TIOCLINUX, 0, 1), end_with(deny), end_with(allow)};
}

/// Denies SIGIO ownership: a descriptor could otherwise signal another process.
program no_signal_owners() {
  return {argument(1),
          jump(BPF_JEQ, F_SETOWN, 2, 0),
          jump(BPF_JEQ, F_SETSIG, 1, 0),
          jump(BPF_JEQ, F_SETOWN_EX, 0, 1),
          end_with(deny),
          end_with(allow)};
}

program only_own_limits(std::uint32_t process_id) {
  return {argument(0), jump(BPF_JEQ, 0, 1, 0), jump(BPF_JEQ, process_id, 0, 1), end_with(allow), end_with(deny)};
}

/// Allows what name lookups need: TCP and UDP, Unix sockets for nscd and systemd, and netlink for the address list.
program only_name_services() {
  constexpr std::uint32_t type_bits = 0xF;  // SOCK_CLOEXEC and SOCK_NONBLOCK are higher bits
  return {
      argument(0),
      jump(BPF_JEQ, AF_UNIX, 9, 0),
      jump(BPF_JEQ, AF_NETLINK, 6, 0),
      jump(BPF_JEQ, AF_INET, 1, 0),
      jump(BPF_JEQ, AF_INET6, 0, 7),
      argument(1),
      BPF_STMT(BPF_ALU | BPF_AND | BPF_K, type_bits),
      jump(BPF_JEQ, SOCK_STREAM, 3, 0),
      jump(BPF_JEQ, SOCK_DGRAM, 2, 3),
      argument(2),
      jump(BPF_JEQ, NETLINK_ROUTE, 0, 1),
      end_with(allow),
      end_with(deny),
  };
}

}  // namespace

std::vector<sock_filter> syscall_filter(unsigned process_id) {
  program out;
  if (machine == 0) return out;
  check_machine(out);
  for (const auto number : denied) on_call(out, number, {end_with(deny)});
  // clone3 passes its flags in memory, where a filter cannot read them. ENOSYS makes the C library use clone.
  on_call(out, SYS_clone3, {end_with(not_implemented)});
  if (!sanitized) {
    on_call(out, SYS_ptrace, {end_with(deny)});
    on_call(out, SYS_clone, only_threads());
    for (const std::uint32_t call : {SYS_kill, SYS_tkill, SYS_tgkill}) on_call(out, call, only_itself(process_id));
  }
  on_call(out, SYS_socket, only_name_services());
  on_call(out, SYS_ioctl, no_terminal_input());
  on_call(out, SYS_fcntl, no_signal_owners());
  on_call(out, SYS_prlimit64, only_own_limits(process_id));
  out.push_back(end_with(allow));
  return out;
}

}  // namespace telltale
