// A real server as a child process: from the tools folder (scripts/tools.sh) or installed.
#pragma once

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

namespace telltale::fakes {

/// Where scripts/tools.sh unpacks servers.
inline std::filesystem::path tools_folder() {
  if (const char* tools = std::getenv("TELLTALE_TOOLS")) return tools;
  if (const char* cache = std::getenv("XDG_CACHE_HOME")) return std::filesystem::path(cache) / "telltale/tools";
  const char* home = std::getenv("HOME");
  return std::filesystem::path(home ? home : "/nonexistent") / ".cache/telltale/tools";
}

struct program_location {
  std::string path;       ///< empty when it was not found
  std::string libraries;  ///< for LD_LIBRARY_PATH
};

/// `program` is its path below the folder `name` of the tools, and below / when it is installed.
inline program_location find_program(const std::string& name, const std::string& program) {
  namespace fs = std::filesystem;
  const auto unpacked = tools_folder() / name;
  if (::access((unpacked / program).c_str(), X_OK) == 0) {
    std::string libraries;
    std::error_code ignored;
    for (const auto& each : fs::directory_iterator(unpacked / "usr/lib", ignored))
      if (each.path().filename().string().ends_with("-linux-gnu")) libraries = each.path();
    return {unpacked / program, libraries};
  }
  const auto installed = "/" + program;
  return {::access(installed.c_str(), X_OK) == 0 ? installed : "", ""};
}

/// A program that is a single file, directly in the tools; `installed` is its path below / otherwise.
inline program_location find_single_file(const std::string& name, const std::string& installed) {
  const auto unpacked = tools_folder() / name;
  if (::access(unpacked.c_str(), X_OK) == 0) return {unpacked, ""};
  return find_program(name, installed);
}
inline program_location nginx() { return find_single_file("nginx", "usr/sbin/nginx"); }

/// Says why a test is skipped when the program is nowhere.
inline bool absent(const program_location& where, const char* name) {
  if (where.path.empty()) MESSAGE("skipped: no " << name << "; scripts/tools.sh unpacks Debian's package");
  return where.path.empty();
}

/// Debian's Python, and whether it cannot import these modules, as in "grpc, google.protobuf".
inline program_location python() { return {"/usr/bin/python3", ""}; }
inline bool modules_absent(const std::string& modules, const char* packages) {
  const bool missing = std::system(("/usr/bin/python3 -c 'import " + modules + "' 2>/dev/null").c_str()) != 0;
  if (missing) MESSAGE("skipped: /usr/bin/python3 cannot import " << modules << " (Debian: " << packages << ")");
  return missing;
}

/// Ends with the object and with the test.
class server_program {
 public:
  /// Returns when a line of its output (stdout and stderr) contains `ready`, or at its end: then it is not running.
  server_program(const program_location& where, const std::vector<std::string>& arguments, std::string_view ready) {
    int output[2];
    if (::pipe2(output, O_CLOEXEC) != 0) return;
    pid_ = ::fork();
    if (pid_ == 0) run(where, arguments, output[1]);
    ::close(output[1]);
    output_ = ::fdopen(output[0], "r");
    char line[1024];
    while (!running_ && std::fgets(line, sizeof line, output_)) {
      said_ += line;
      running_ = std::string_view(line).find(ready) != std::string_view::npos;
    }
  }
  ~server_program() {
    stop();
    if (output_) std::fclose(output_);
  }
  /// Returns when it has ended.
  void stop(int signal = SIGTERM) {
    if (pid_ <= 0) return;
    ::kill(pid_, signal);
    ::waitpid(pid_, nullptr, 0);
    pid_ = -1;
    running_ = false;
  }
  /// The same, and everything that it has said. Its children must end with it.
  std::string finish(int signal = SIGTERM) {
    stop(signal);
    char line[1024];
    while (std::fgets(line, sizeof line, output_)) said_ += line;
    return said_;
  }
  void signal(int number) const { ::kill(pid_, number); }
  server_program(const server_program&) = delete;
  server_program& operator=(const server_program&) = delete;

  bool running() const { return running_; }
  const std::string& said() const { return said_; }

 private:
  [[noreturn]] static void run(const program_location& where, const std::vector<std::string>& arguments, int output) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::dup2(output, 1);
    ::dup2(output, 2);
    if (!where.libraries.empty()) ::setenv("LD_LIBRARY_PATH", where.libraries.c_str(), 1);
    std::vector<char*> argv{const_cast<char*>(where.path.c_str())};
    for (const auto& each : arguments) argv.push_back(const_cast<char*>(each.c_str()));
    argv.push_back(nullptr);
    ::execv(where.path.c_str(), argv.data());
    ::_exit(127);
  }

  pid_t pid_ = -1;
  std::FILE* output_ = nullptr;
  bool running_ = false;
  std::string said_;
};

}  // namespace telltale::fakes
