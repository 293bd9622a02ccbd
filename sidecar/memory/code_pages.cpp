// madvise(2) on the read-only segments of the executable.
#include "memory/code_pages.hpp"

#include <link.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>

namespace telltale {
namespace {

// Only what the kernel can bring back from the file: a segment that was ever writable holds relocations.
int let_go(dl_phdr_info* program, std::size_t, void*) {
  const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  for (int i = 0; i < program->dlpi_phnum; ++i) {
    const auto& segment = program->dlpi_phdr[i];
    if (segment.p_type != PT_LOAD || (segment.p_flags & PF_W) != 0) continue;
    const auto begin = program->dlpi_addr + segment.p_vaddr;
    const auto first = begin / page * page;
    const auto end = (begin + segment.p_memsz + page - 1) / page * page;
    ::madvise(reinterpret_cast<void*>(first), end - first, MADV_DONTNEED);
  }
  return 1;  // the first one is the executable; shared libraries are shared
}

}  // namespace

void let_go_of_code() { ::dl_iterate_phdr(let_go, nullptr); }

}  // namespace telltale
