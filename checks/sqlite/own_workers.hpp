// Recognises telltale's own workers among the users of a database.
#pragma once

#include <sys/types.h>

namespace telltale::sqlite {

/// Whether the process is a worker of telltale, which does not count as a user of a database.
bool is_own_worker(pid_t);

}  // namespace telltale::sqlite
