// Implements the worker process: restricts itself, then receives and executes jobs.
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

#include "worker/job_runner.hpp"
#include "worker/messages.hpp"
#include "worker/restrictions.hpp"

namespace telltale {
namespace {

constexpr int exit_bad_arguments = 2;
constexpr int exit_orphaned = 3;
constexpr int exit_bad_message = 4;

// The process that created the socket; 0 when there is no socket.
pid_t program_pid() {
  ucred maker{};
  socklen_t size = sizeof maker;
  return ::getsockopt(worker_jobs, SOL_SOCKET, SO_PEERCRED, &maker, &size) == 0 ? maker.pid : 0;
}

// A worker must never outlive the program; otherwise a hung worker would continue its job unsupervised.
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

bool send(int socket, std::string_view packet) {
  for (;;) {
    if (::send(socket, packet.data(), packet.size(), MSG_NOSIGNAL) >= 0) return true;
    if (errno != EINTR) return false;
  }
}

bool answer(const wire::answer_packet& packet) { return send(worker_jobs, wire::encode(packet)); }

// Returns nothing when there is no packet, or when the program has closed the socket.
std::optional<std::string_view> receive(int flags) {
  static std::array<char, wire::max_packet> buffer;
  for (;;) {
    const auto n = ::recv(worker_jobs, buffer.data(), buffer.size(), flags);
    if (n > 0) return std::string_view(buffer.data(), static_cast<std::size_t>(n));
    if (n == 0 || errno != EINTR) return std::nullopt;
  }
}

// Notifies the program before it waits, because the program does not wait for single answers.
std::optional<std::string_view> next_packet() {
  if (const auto packet = receive(MSG_DONTWAIT)) return packet;
  return send(worker_notifications, "1") ? receive(0) : std::nullopt;
}

}  // namespace

int worker_main(const check_table& table) {
  const auto program = program_pid();
  if (program == 0) {
    std::fputs("this command is internal: telltale starts it with a socket\n", stderr);
    return exit_bad_arguments;
  }
  if (!die_with_parent(program)) return exit_orphaned;
  prepare_process();
  use_batch_scheduling();
  job_runner runner(table);
  const auto refused = apply_restrictions();
  if (!answer({0, wire::clock::now(), {}, refused})) return 0;
  while (const auto packet = next_packet()) {
    const auto job = wire::decode_job(*packet);
    if (!job) return exit_bad_message;
    const auto began = wire::clock::now();
    const auto found = runner.run(job->payload, began);
    if (!found) return exit_bad_message;
    if (!answer({job->number, began, wire::clock::now() - began, *found})) return 0;
  }
  return 0;
}

}  // namespace telltale
