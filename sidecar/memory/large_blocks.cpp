// Configures glibc's mallopt.
#include "memory/large_blocks.hpp"

#include <malloc.h>

namespace telltale {

void return_large_blocks() {
#ifdef __GLIBC__
  // By default glibc raises both limits to the size freed last (mallopt(3), M_MMAP_THRESHOLD) and keeps such blocks.
  ::mallopt(M_MMAP_THRESHOLD, 1 << 20);
  ::mallopt(M_TRIM_THRESHOLD, 1 << 18);
#endif
}

}  // namespace telltale
