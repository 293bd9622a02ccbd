// What becomes of large blocks of memory when they are freed.
#pragma once

namespace telltale {

/// From now on large blocks are mapped by themselves and go back to the kernel at once. The text of the metrics of
/// thousands of checks is larger than everything else together, and needed for a moment.
void give_large_blocks_back();

}  // namespace telltale
