// Reads /proc/PID/stat.
#include "sqlite/process.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstring>

#include <fmt/format.h>

#include "support/descriptor.hpp"

namespace telltale::sqlite {

std::optional<process> find_process(pid_t pid) {
  if (pid <= 0) return std::nullopt;
  const support::descriptor file(::open(fmt::format("/proc/{}/stat", pid).c_str(), O_RDONLY | O_CLOEXEC));
  std::array<char, 1024> text{};
  if (::read(file.get(), text.data(), text.size() - 1) <= 0) return std::nullopt;
  // "4711 (name) S PARENT ...": the name may hold anything, also a parenthesis.
  const auto* behind_name = std::strrchr(text.data(), ')');
  char state = 0;
  int parent = 0;
  long long started = 0;
  // The start is field 22, and the state field 3.
  if (!behind_name ||
      std::sscanf(behind_name + 1, " %c %d %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %lld",
                  &state, &parent, &started) != 3 ||
      state == 'Z' || state == 'X')
    return std::nullopt;
  return process{parent, started};
}

}  // namespace telltale::sqlite
