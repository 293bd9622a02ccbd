// Telltale's own workers, which use databases too.
#pragma once

#include <sys/types.h>

namespace telltale::sqlite {

/// Whether this is a worker beside this one, or this one: it does not count as a user of a database.
bool is_our_own(pid_t);

}  // namespace telltale::sqlite
