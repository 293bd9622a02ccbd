// The worker's loop: read a message, do it, answer.
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
#include <utility>
#include <variant>

#include "memory/code_pages.hpp"
#include "worker/messages.hpp"
#include "worker/profile.hpp"
#include "worker/shared_ledger.hpp"
#include "worker/watch.hpp"
#include "worker/worker_loop.hpp"

namespace telltale {
namespace {

constexpr int exit_not_for_people = 2;
constexpr int exit_orphaned = 3;
constexpr int exit_misled = 4;

// The process that made the socket; 0 when there is none.
pid_t program_pid() {
  ucred maker{};
  socklen_t size = sizeof maker;
  return ::getsockopt(worker_socket, SOL_SOCKET, SO_PEERCRED, &maker, &size) == 0 ? maker.pid : 0;
}

// A worker must never outlive the program, even when it hangs: its probes would go on with nobody watching.
bool die_with(pid_t program) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  // It may have died before the prctl: then somebody else is our parent already.
  return program == ::getppid();
}

// The program ends its workers itself, after its drain: a service manager that signals the whole group must not.
void prepare_process() {
  for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGPIPE}) std::signal(signal, SIG_IGN);
  ::prctl(PR_SET_NAME, "telltale-worker");
}

// What is woken does not push aside who runs: neither the loop, which has requests to answer, nor the application. The
// share of the processor stays what it was. Whoever has chosen another policy for the program keeps it.
void give_way() {
  const sched_param none{};
  if (::sched_getscheduler(0) == SCHED_OTHER) ::sched_setscheduler(0, SCHED_BATCH, &none);
}

// Blocks; empty when the program has closed the socket.
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
  const auto ledger = map_ledger(worker_ledger);
  if (program == 0 || !ledger) {
    std::fputs("this command is started by telltale itself, with a socket to it\n", stderr);
    return exit_not_for_people;
  }
  ::close(worker_ledger);
  if (!die_with(program)) return exit_orphaned;
  prepare_process();
  give_way();
  worker_loop loop(table, *ledger, send, [] { watch::stop(worker_watch); });
  static std::array<char, wire::max_message> buffer;
  if (!send(wire::ready{give_up_rights()})) return 0;
  bool tidied = false;
  while (const auto packet = receive(buffer)) {
    const auto message = wire::decode_to_worker(*packet);
    if (!message) return exit_misled;
    if (!loop.handle(*message)) return 0;
    // Most of what has run until now was the start of the process, and the first runs of checks.
    if (std::holds_alternative<wire::run_batch>(*message) && !std::exchange(tidied, true)) let_go_of_code();
  }
  return 0;
}

}  // namespace telltale
