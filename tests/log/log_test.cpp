#include "log/log.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <string>

#include <doctest/doctest.h>

using namespace telltale;

namespace {

/// Standard error led into a pipe for as long as it lives.
class captured_stderr {
 public:
  captured_stderr() : saved_(::dup(STDERR_FILENO)) {
    REQUIRE(::pipe2(ends_.data(), O_CLOEXEC) == 0);
    ::dup2(ends_[1], STDERR_FILENO);
    ::close(ends_[1]);
    ::fcntl(ends_[0], F_SETFL, O_NONBLOCK);
  }
  ~captured_stderr() {
    ::dup2(saved_, STDERR_FILENO);
    ::close(saved_);
    close_reader();
    configure_log(log_format::json, log_level::info);
  }
  void close_reader() {
    if (ends_[0] >= 0) ::close(ends_[0]);
    ends_[0] = -1;
  }
  std::string take_all() {
    std::string out;
    std::array<char, 4096> buffer;
    for (ssize_t n; (n = ::read(ends_[0], buffer.data(), buffer.size())) > 0;)
      out.append(buffer.data(), static_cast<std::size_t>(n));
    return out;
  }

 private:
  int saved_;
  std::array<int, 2> ends_{-1, -1};
};

}  // namespace

TEST_CASE("log: a line reaches standard error, one below the level does not") {
  captured_stderr captured;
  configure_log(log_format::text, log_level::warn);
  log(log_level::info, "not this");
  log(log_level::error, "but this", {{"check", "db"}});
  const auto text = captured.take_all();
  CHECK(text.find("not this") == std::string::npos);
  CHECK(text.find("error but this check=db\n") != std::string::npos);
}

TEST_CASE("log: a full pipe never blocks; what was lost is counted and reported by a later line") {
  captured_stderr captured;
  configure_log(log_format::json, log_level::info);
  const auto before = log_lines_dropped();
  for (int i = 0; i < 2000 && log_lines_dropped() == before; ++i) log(log_level::info, std::string(1000, 'x'));
  CHECK(log_lines_dropped() == before + 1);
  log(log_level::info, "lost too");
  CHECK(log_lines_dropped() == before + 2);

  captured.take_all();
  log(log_level::info, "room again");
  const auto text = captured.take_all();
  CHECK(text.find(R"("msg":"log lines were lost because standard error was full","lines":2})") != std::string::npos);
  CHECK(text.find("room again") != std::string::npos);
  log(log_level::info, "and once is enough");
  CHECK(captured.take_all().find("were lost") == std::string::npos);
}

TEST_CASE("log: a closed reader loses lines, not the program") {
  auto* old = std::signal(SIGPIPE, SIG_IGN);
  {
    captured_stderr captured;
    const auto before = log_lines_dropped();
    captured.close_reader();
    log(log_level::info, "nobody listens");
    CHECK(log_lines_dropped() > before);
  }
  std::signal(SIGPIPE, old);
}
