// Recognises workers by their common parent.
#include "sqlite/own_workers.hpp"

#include <unistd.h>

#include "base/process_stat.hpp"

namespace telltale::sqlite {

bool is_own_worker(pid_t pid) {
  const auto who = find_living_process(pid);
  return who && who->parent == ::getppid();
}

}  // namespace telltale::sqlite
