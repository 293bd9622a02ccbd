// Makes the allocator return large freed blocks to the kernel.
#pragma once

namespace telltale {

/// Allocates large blocks with mmap from now on, so that freeing returns them at once. The metrics text of thousands of
/// checks exceeds all other memory and is needed only briefly.
void return_large_blocks();

}  // namespace telltale
