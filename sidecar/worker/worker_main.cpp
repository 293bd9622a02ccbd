// Implements the worker process: restricts itself, then reads and executes messages.
#include "worker/worker_main.hpp"

#include <sched.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <optional>
#include <string_view>

#include "worker/deadline_timer.hpp"
#include "worker/messages.hpp"
#include "worker/restrictions.hpp"
#include "worker/shared_result_buffer.hpp"
#include "worker/worker_loop.hpp"

namespace telltale {
namespace {

constexpr int exit_bad_arguments = 2;
constexpr int exit_orphaned = 3;
constexpr int exit_bad_message = 4;

// The process that created the socket; 0 when there is no socket.
pid_t program_pid() {
  ucred maker{};
  socklen_t size = sizeof maker;
  return ::getsockopt(worker_socket, SOL_SOCKET, SO_PEERCRED, &maker, &size) == 0 ? maker.pid : 0;
}

// A worker must never outlive the program; otherwise a hung worker would continue its runs unsupervised.
bool die_with_parent(pid_t program) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  // The program may have exited before the prctl; the parent has changed then.
  return program == ::getppid();
}

// The program ends its workers itself after draining, so signals to the whole process group are ignored.
void prepare_process() {
  for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGPIPE}) std::signal(signal, SIG_IGN);
  ::prctl(PR_SET_NAME, "telltale-worker");
}

// Prevents workers from preempting the event loop or the application. The CPU share is unchanged. A policy chosen for
// the program is kept.
void use_batch_scheduling() {
  const sched_param none{};
  if (::sched_getscheduler(0) == SCHED_OTHER) ::sched_setscheduler(0, SCHED_BATCH, &none);
}

// Blocks. Returns nothing when the program has closed the socket.
std::optional<std::string_view> receive(std::array<char, wire::max_message>& buffer) {
  for (;;) {
    const auto n = ::recv(worker_socket, buffer.data(), buffer.size(), 0);
    if (n > 0) return std::string_view(buffer.data(), static_cast<std::size_t>(n));
    if (n == 0 || errno != EINTR) return std::nullopt;
  }
}

bool send(const wire::from_worker& message) {
  auto packet = wire::encode(message);
  if (packet.size() > wire::max_message) return false;
  for (;;) {
    if (::send(worker_socket, packet.data(), packet.size(), MSG_NOSIGNAL) >= 0) return true;
    if (errno != EINTR) return false;
  }
}

}  // namespace

int worker_main(const check_table& table) {
  const auto program = program_pid();
  const auto result_buffer = map_result_buffer(worker_result_buffer);
  if (program == 0 || !result_buffer) {
    std::fputs("this command is internal: telltale starts it with a socket\n", stderr);
    return exit_bad_arguments;
  }
  ::close(worker_result_buffer);
  if (!die_with_parent(program)) return exit_orphaned;
  prepare_process();
  use_batch_scheduling();
  worker_loop loop(table, *result_buffer, send, [] { deadline_timer::stop(worker_deadline_timer); });
  static std::array<char, wire::max_message> buffer;
  if (!send(wire::ready{apply_restrictions()})) return 0;
  while (const auto packet = receive(buffer)) {
    const auto message = wire::decode_to_worker(*packet);
    if (!message) return exit_bad_message;
    if (!loop.handle(*message)) return 0;
  }
  return 0;
}

}  // namespace telltale
