#include "log/log.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <string>

#include <doctest/doctest.h>

using namespace telltale;

namespace {

/// Redirects standard error or output into a pipe during its lifetime.
class captured_stream {
 public:
  explicit captured_stream(int stream = STDERR_FILENO) : stream_(stream), saved_(::dup(stream)) {
    REQUIRE(::pipe2(ends_.data(), O_CLOEXEC) == 0);
    ::dup2(ends_[1], stream_);
    ::close(ends_[1]);
    ::fcntl(ends_[0], F_SETFL, O_NONBLOCK);
  }
  ~captured_stream() {
    ::dup2(saved_, stream_);
    ::close(saved_);
    close_reader();
    configure_log({});
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
  int stream_;
  int saved_;
  std::array<int, 2> ends_{-1, -1};
};

}  // namespace

TEST_CASE("log: a line reaches standard error, one below the level does not") {
  captured_stream captured;
  configure_log({log_format::text, log_level::warn});
  log(log_level::info, "not this");
  log(log_level::error, "but this", {{"check", "db"}});
  const auto text = captured.take_all();
  CHECK(text.find("not this") == std::string::npos);
  CHECK(text.find("error but this check=db\n") != std::string::npos);
}

TEST_CASE("log: lines go to standard output when configured") {
  captured_stream captured(STDOUT_FILENO);
  configure_log({log_format::text, log_level::info, log_output::standard_output});
  log(log_level::error, "to the output");
  CHECK(captured.take_all().find("error to the output\n") != std::string::npos);
}

TEST_CASE("log: lines have priorities exactly when JOURNAL_STREAM names their stream") {
  captured_stream captured(STDERR_FILENO);
  struct stat info {};
  REQUIRE(::fstat(STDERR_FILENO, &info) == 0);
  const auto device = std::to_string(info.st_dev);
  const auto file = std::to_string(info.st_ino);
  const auto first_byte = [&](const std::string& stream) {
    ::setenv("JOURNAL_STREAM", stream.c_str(), 1);
    configure_log({});
    log(log_level::error, "m");
    return captured.take_all().substr(0, 1);
  };
  CHECK(first_byte(device + ":" + file) == "<");
  for (const auto& other : {std::string(), std::string(":"), device, file, device + ":", ":" + file,
                            device + ":" + file + " ", device + ":" + file + "0", file + ":" + device + "0",
                            "-" + device + ":" + file, "99999999999999999999999:" + file}) {
    CAPTURE(other);
    CHECK(first_byte(other) == "{");
  }
  ::setenv("JOURNAL_STREAM", (device + ":" + file).c_str(), 1);
  {
    captured_stream output(STDOUT_FILENO);
    configure_log({log_format::json, log_level::info, log_output::standard_output});
    log(log_level::error, "m");
    CHECK(output.take_all().starts_with("{"));
  }
  ::unsetenv("JOURNAL_STREAM");
}

TEST_CASE("log: a full pipe never blocks; dropped lines are counted and reported by a later line") {
  captured_stream captured;
  configure_log({});
  const auto before = log_lines_dropped();
  for (int i = 0; i < 2000 && log_lines_dropped() == before; ++i) log(log_level::info, std::string(1000, 'x'));
  CHECK(log_lines_dropped() == before + 1);
  log(log_level::info, "lost too");
  CHECK(log_lines_dropped() == before + 2);

  captured.take_all();
  log(log_level::info, "room again");
  const auto text = captured.take_all();
  CHECK(text.find(R"("msg":"log lines dropped: standard error was full","lines":2})") != std::string::npos);
  CHECK(text.find("room again") != std::string::npos);
  log(log_level::info, "and once is enough");
  CHECK(captured.take_all().find("were lost") == std::string::npos);
}

TEST_CASE("log: a closed reader loses lines, not the program") {
  auto* old = std::signal(SIGPIPE, SIG_IGN);
  {
    captured_stream captured;
    const auto before = log_lines_dropped();
    captured.close_reader();
    log(log_level::info, "nobody listens");
    CHECK(log_lines_dropped() > before);
  }
  std::signal(SIGPIPE, old);
}
