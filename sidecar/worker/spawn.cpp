// Executes the worker program in a child process.
#include "worker/spawn.hpp"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "worker/worker_main.hpp"

namespace telltale {

static_assert(worker_socket == first_given && worker_deadline_timer == first_given + 1 &&
              worker_result_buffer == first_given + 2);

child_process spawn_worker(const std::string& program, const worker_descriptors& given, std::error_code& ec) {
  char name[] = "telltale";
  char command[] = "worker";
  char* const argv[] = {name, command, nullptr};
  const std::array<int, 3> descriptors{given.socket, given.deadline_timer, given.result_buffer};
  const auto become_worker = [&] {
    ::execve(program.c_str(), argv, ::environ);
    return child_failed + errno;
  };
  return start_child(descriptors, become_worker, ec);
}

std::optional<std::string> why_not_started(const exit_status& status) {
  if (!status.known || status.signal != 0 || status.code <= child_failed) return std::nullopt;
  return ::strerror(status.code - child_failed);
}

}  // namespace telltale
