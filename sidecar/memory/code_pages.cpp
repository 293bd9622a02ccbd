// Releases code pages with madvise(2) on the read-only segments of the executable.
#include "memory/code_pages.hpp"

#include <link.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>

namespace telltale {
namespace {

// Releases only pages that the kernel can reload from the file: a segment that was writable contains relocations.
int release_pages(dl_phdr_info* program, std::size_t, void*) {
  const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  for (int i = 0; i < program->dlpi_phnum; ++i) {
    const auto& segment = program->dlpi_phdr[i];
    if (segment.p_type != PT_LOAD || (segment.p_flags & PF_W) != 0) continue;
    const auto begin = program->dlpi_addr + segment.p_vaddr;
    const auto first = begin / page * page;
    const auto end = (begin + segment.p_memsz + page - 1) / page * page;
    ::madvise(reinterpret_cast<void*>(first), end - first, MADV_DONTNEED);
  }
  return 1;  // the first entry is the executable; pages of shared libraries are shared
}

}  // namespace

void release_code_pages() { ::dl_iterate_phdr(release_pages, nullptr); }

}  // namespace telltale
