// memfd_create, mmap and seals.
#include "worker/shared_ledger.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <new>

namespace telltale {
namespace {

// Linux 6.3, and then demanded where vm.memfd_noexec is 2.
constexpr unsigned no_exec_seal = 0x0008U;

int memory_file() {
  constexpr unsigned flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
  const int fd = ::memfd_create("telltale-ledger", flags | no_exec_seal);
  return fd < 0 && errno == EINVAL ? ::memfd_create("telltale-ledger", flags) : fd;
}

void* map_file(int fd) {
  void* at = ::mmap(nullptr, sizeof(ledger), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  return at == MAP_FAILED ? nullptr : at;
}

}  // namespace

void ledger_unmapper::operator()(ledger* mapped) const { ::munmap(mapped, sizeof(ledger)); }

shared_ledger make_shared_ledger(std::error_code& ec) {
  shared_ledger out;
  const int fd = memory_file();
  void* at = nullptr;
  if (fd >= 0 && ::ftruncate(fd, sizeof(ledger)) == 0 &&
      ::fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == 0)
    at = map_file(fd);
  if (at == nullptr) {
    ec.assign(errno, std::generic_category());
    if (fd >= 0) ::close(fd);
    return out;
  }
  ec.clear();
  // Not value-initialised: that would touch all of its pages, which are zero already.
  out.here.reset(::new (at) ledger);
  out.descriptor = fd;
  return out;
}

mapped_ledger map_ledger(int descriptor) {
  struct stat info {};
  if (::fstat(descriptor, &info) != 0 || info.st_size != static_cast<off_t>(sizeof(ledger))) return nullptr;
  return mapped_ledger(static_cast<ledger*>(map_file(descriptor)));
}

}  // namespace telltale
