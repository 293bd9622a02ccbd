// Releases memory pages that hold the program's own code.
#pragma once

namespace telltale {

/// Releases the pages of the program's code and constants. Code that runs again is mapped from the page cache, at some
/// microseconds per 64 KiB. Call it when most code executed so far will not run again, such as the configuration
/// parser. Never fails: pages that cannot be released stay.
void release_code_pages();

}  // namespace telltale
