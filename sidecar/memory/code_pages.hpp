// The program's own code in memory.
#pragma once

namespace telltale {

/// Lets go of the pages of the program's code and constants; what runs is mapped again from the page cache as it is
/// needed, at some microseconds for 64 KiB. To be called when most of what has run will not run again, such as the
/// reading of the configuration: until then it counts as memory of this process. Never fails: what cannot be let go of
/// stays.
void let_go_of_code();

}  // namespace telltale
