// Creates and maps the result buffer with memfd_create, mmap and seals.
#include "worker/shared_result_buffer.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <new>

namespace telltale {
namespace {

// Available since Linux 6.3, and required where vm.memfd_noexec is 2.
constexpr unsigned no_exec_seal = 0x0008U;

int memory_file() {
  constexpr unsigned flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
  const int fd = ::memfd_create("telltale-results", flags | no_exec_seal);
  return fd < 0 && errno == EINVAL ? ::memfd_create("telltale-results", flags) : fd;
}

void* map_file(int fd) {
  void* at = ::mmap(nullptr, sizeof(result_buffer), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  return at == MAP_FAILED ? nullptr : at;
}

}  // namespace

void result_buffer_unmapper::operator()(result_buffer* mapped) const { ::munmap(mapped, sizeof(result_buffer)); }

shared_result_buffer make_shared_result_buffer(std::error_code& ec) {
  shared_result_buffer out;
  const int fd = memory_file();
  void* at = nullptr;
  if (fd >= 0 && ::ftruncate(fd, sizeof(result_buffer)) == 0 &&
      ::fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == 0)
    at = map_file(fd);
  if (at == nullptr) {
    ec.assign(errno, std::generic_category());
    if (fd >= 0) ::close(fd);
    return out;
  }
  ec.clear();
  // Default-initialised: value-initialisation would touch all pages, which are zero already.
  out.here.reset(::new (at) result_buffer);
  out.descriptor = fd;
  return out;
}

mapped_result_buffer map_result_buffer(int descriptor) {
  struct stat info {};
  if (::fstat(descriptor, &info) != 0 || info.st_size != static_cast<off_t>(sizeof(result_buffer))) return nullptr;
  return mapped_result_buffer(static_cast<result_buffer*>(map_file(descriptor)));
}

}  // namespace telltale
