// Applies worker restrictions with prctl, setrlimit and seccomp.
#include "worker/restrictions.hpp"

#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>

#include "worker/syscall_filter.hpp"

namespace telltale {
namespace {

/// The deepest directory walk takes 64 descriptors, SQLite about five.
constexpr rlim_t descriptors = 256;
/// Limits address space: SQLite maps the whole WAL index (32 KiB per 16 MiB of WAL at a page size of 4 KiB), and
/// quick_check keeps one bit per page. A check that allocates without bound fails here instead of exhausting the pod's
/// memory.
[[maybe_unused]] constexpr rlim_t address_space = rlim_t{2} << 30;

class refusals {
 public:
  void look(std::string_view what, bool granted) {
    if (granted) return;
    const char* why = std::strerror(errno);
    text_.append(text_.empty() ? "" : ", ").append(what).append(": ").append(why);
  }
  std::string text() && { return std::move(text_); }

 private:
  std::string text_;
};

/// Never raises a limit.
bool lower_limit_to(rlim_t most, decltype(RLIMIT_CORE) which) {
  rlimit limit{};
  if (::getrlimit(which, &limit) != 0) return false;
  limit.rlim_max = std::min(limit.rlim_max, most);
  limit.rlim_cur = std::min(limit.rlim_cur, limit.rlim_max);
  return ::setrlimit(which, &limit) == 0;
}

bool filter_system_calls() {
  auto program = syscall_filter(static_cast<unsigned>(::getpid()));
  if (program.empty()) {
    errno = ENOSYS;
    return false;
  }
  const sock_fprog loaded{static_cast<unsigned short>(program.size()), program.data()};
  return ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &loaded) == 0;
}

}  // namespace

std::string apply_restrictions() {
  refusals refused;
  refused.look("core file limit", lower_limit_to(0, RLIMIT_CORE));
  refused.look("descriptor limit", lower_limit_to(descriptors, RLIMIT_NOFILE));
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // sanitizers map terabytes
  refused.look("memory limit", lower_limit_to(address_space, RLIMIT_AS));
#endif
  refused.look("no new privileges", ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
  refused.look("system call filter", filter_system_calls());
  return std::move(refused).text();
}

}  // namespace telltale
