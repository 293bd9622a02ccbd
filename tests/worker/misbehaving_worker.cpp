// A worker program whose check types misbehave; the pool runs it as `misbehaving_worker worker`.
#include <dirent.h>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <functional>
#include <map>
#include <set>
#include <stdexcept>
#include <string>

#include <fmt/format.h>
#include <boost/asio/io_context.hpp>
#include <telltale/units.hpp>

#include "forbidden_calls.hpp"
#include "worker/messages.hpp"
#include "worker/worker_main.hpp"
#include "worker/worker_pool.hpp"

using namespace telltale;

namespace {

// The option `how` selects the behaviour, `arg` its amount, `file` the file for a trace.
struct script {
  std::string how;
  std::string arg;
  std::string file;
};

void sleep_ms(const std::string& ms) { ::usleep(static_cast<useconds_t>(std::stoi(ms)) * 1000); }

outcome passed(std::string message = "fine") { return outcome::pass(std::move(message)); }

void raise_with_default_action(int signal) {
  std::signal(signal, SIG_DFL);  // sanitizers install handlers
  ::raise(signal);
}

void notify() { ::send(worker_notifications, "1", 1, MSG_NOSIGNAL); }

/// Sends it and lets the program read it at once.
void send_raw(const std::string& packet) {
  ::send(worker_jobs, packet.data(), packet.size(), MSG_NOSIGNAL);
  notify();
}

[[noreturn]] void hang() {
  for (;;) ::pause();
}

outcome open_descriptors() {
  std::set<int> found;
  DIR* directory = ::opendir("/proc/self/fd");
  while (const dirent* entry = ::readdir(directory))
    if (entry->d_name[0] != '.' && std::atoi(entry->d_name) != ::dirfd(directory))
      found.insert(std::atoi(entry->d_name));
  ::closedir(directory);
  std::string text;
  for (const int fd : found) text += fmt::format("{} ", fd);
  return passed(text);
}

outcome process_state() {
  sigset_t blocked;
  ::sigprocmask(SIG_SETMASK, nullptr, &blocked);
  int count = 0;
  for (int signal = 1; signal < 32; ++signal) count += ::sigismember(&blocked, signal);
  char name[16] = {};
  ::prctl(PR_GET_NAME, name);
  int death = 0;
  ::prctl(PR_GET_PDEATHSIG, &death);
  return passed(fmt::format("{} blocked={} pdeathsig={} own_group={}", name, count, death, ::getpgrp() == ::getpid()));
}

outcome leave_trace(const script& s) {
  const int fd = ::open(s.file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  const auto line = fmt::format("{}\n", s.arg);
  if (::write(fd, line.data(), line.size()) < 0) return {};
  ::close(fd);
  return passed();
}

outcome noisy() {
  auto out = passed(std::string("two\nlines \xff ") + std::string(5000, 'x'));
  for (int i = 0; i < 500; ++i) out.measurements.push_back({fmt::format("m{}", i), i * 1.0});
  out.measurements[0].value = 0.0 / 0.0;
  out.measurements[1].name = "Not a name";
  return out;
}

outcome counting(memory& remembered) {
  const auto n = remembered.get("n").value_or(0) + 1;
  remembered.set("n", n);
  return passed(fmt::format("{}", n));
}

outcome act(const script& what, probe_context& context) {
  static const std::map<std::string, std::function<outcome(const script&, probe_context&)>> actions{
      {"ok", [](auto&, auto&) { return passed(); }},
      {"slow", [](auto& s, auto&) { return sleep_ms(s.arg), passed(); }},
      {"hang", [](auto&, auto&) -> outcome { hang(); }},
      {"signal", [](auto& s, auto&) { return raise_with_default_action(std::stoi(s.arg)), passed(); }},
      {"exit", [](auto& s, auto&) -> outcome { ::_exit(std::stoi(s.arg)); }},
      {"throw", [](auto&, auto&) -> outcome { throw std::runtime_error("out of luck"); }},
      {"throw_int", [](auto&, auto&) -> outcome { throw 42; }},
      {"garbage", [](auto&, auto&) { return send_raw("junk"), passed(); }},
      {"half_a_header",
       [](auto&, auto&) { return send_raw(wire::encode(wire::answer_packet{}).substr(0, 20)), passed(); }},
      {"empty_packet",
       [](auto&, auto&) {
         send_raw("");
         char any = 0;  // until the program has closed its end and reads nothing more
         return ::recv(worker_jobs, &any, 1, 0) == 0 ? passed() : outcome{};
       }},
      {"huge_packet", [](auto&, auto&) { return send_raw(std::string(150'000, 'x')), passed(); }},
      {"foreign_answer",
       [](auto&, auto&) {
         return send_raw(wire::encode(wire::answer_packet{1'000'000, {}, {}, "?"})), passed();
       }},
      {"ready_again", [](auto&, auto&) { return send_raw(wire::encode(wire::answer_packet{})), passed(); }},
      {"close_sockets",
       [](auto&, auto&) -> outcome {
         ::closefrom(worker_jobs);
         hang();
       }},
      {"talkative",
       [](auto&, auto&) -> outcome {
         for (;;) notify();
       }},
      {"reads_ahead",
       [](auto&, auto&) -> outcome {
         char any = 0;
         while (::recv(worker_jobs, &any, 1, MSG_DONTWAIT) > 0) {
         }
         hang();
       }},
      {"make_blocking",
       [](auto&, auto&) {
         for (const int fd : {worker_jobs, worker_notifications}) ::fcntl(fd, F_SETFL, 0);
         return passed();
       }},
      {"noisy", [](auto&, auto&) { return noisy(); }},
      {"count", [](auto&, auto& ctx) { return counting(ctx.memory); }},
      {"count_throw",
       [](auto&, auto& ctx) -> outcome {
         counting(ctx.memory);
         throw std::runtime_error("no");
       }},
      {"descriptors", [](auto&, auto&) { return open_descriptors(); }},
      {"process", [](auto&, auto&) { return process_state(); }},
      {"pid", [](auto&, auto&) { return passed(fmt::format("{}", ::getpid())); }},
      {"started_at",
       [](auto&, auto& ctx) { return passed(fmt::format("{}", ctx.started_at.time_since_epoch().count())); }},
      {"trace", [](auto& s, auto&) { return leave_trace(s); }},
      {"trace_slow", [](auto& s, auto&) { return leave_trace(s), sleep_ms(s.arg.substr(s.arg.find(' '))), passed(); }},
      {"trace_crash", [](auto& s, auto&) { return leave_trace(s), raise_with_default_action(SIGSEGV), passed(); }},
      {"trace_hang",
       [](auto& s, auto&) -> outcome {
         leave_trace(s);
         hang();
       }},
      {"forbidden", [](auto&, auto&) { return passed(telltale::test::forbidden_calls()); }},
      {"permitted", [](auto&, auto&) { return passed(telltale::test::permitted_calls()); }},
      {"greedy",
       [](auto&, auto&) {
         const std::string much(std::size_t{3} << 30, 'x');
         return passed(fmt::format("{}", much.size()));
       }},
      {"garbage_hang",
       [](auto&, auto&) -> outcome {
         send_raw("junk");
         hang();
       }},
  };
  return actions.at(what.how)(what, context);
}

class script_check final : public blocking_check {
 public:
  explicit script_check(script s) : script_(std::move(s)) {}
  outcome probe(probe_context& ctx) override { return act(script_, ctx); }

 private:
  script script_;
};

std::string text_of(const raw_value& options, std::string_view key) {
  const auto* found = options.find(key);
  return found == nullptr ? "" : found->text;
}

check_table scripted() {
  check_type type;
  type.name = "script";
  type.make_blocking = [](const raw_value& options) -> std::unique_ptr<blocking_check> {
    script made{text_of(options, "how"), text_of(options, "arg"), text_of(options, "file")};
    if (made.how == "unbuildable") throw std::runtime_error("no such secret");
    return std::make_unique<script_check>(std::move(made));
  };
  return {type};
}

// Runs in place of the sidecar: replaces its own file, then starts a worker from /proc/self/exe.
int run_after_being_replaced(const char* self) {
  ::unlink(self);
  std::ofstream(self) << "#!/bin/false\n";
  boost::asio::io_context context;
  const auto pool = make_worker_pool(context);
  std::string said;
  const auto id = pool->add({"script", raw_value::map({{"how", {}, raw_value::scalar("ok")}})});
  pool->run(id, std::chrono::seconds(10), {}, [&](run_report report) {
    said = report.outcome.message;
    pool->stop();
  });
  context.run();
  return said == "fine" ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string command = argc > 1 ? argv[1] : "";
  if (command == "replaced") return run_after_being_replaced(argv[0]);
  if (std::getenv("TELLTALE_TEST_NOT_A_WORKER") != nullptr) return 7;
  if (std::getenv("TELLTALE_TEST_NEVER_READY") != nullptr) ::pause();
  if (std::getenv("TELLTALE_TEST_NEVER_READS") != nullptr) {
    send_raw(wire::encode(wire::answer_packet{}));
    hang();
  }
  if (std::getenv("TELLTALE_TEST_WRONG_GREETING") != nullptr) send_raw("junk");
  return worker_main(scripted());
}
