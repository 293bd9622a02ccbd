// Implements reading in a child process with a pipe and a deadline.
#include "reload/config_reader.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <boost/asio/buffer.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <telltale/units.hpp>

#include "base/child_process.hpp"
#include "base/children.hpp"
#include "base/descriptor.hpp"

namespace telltale {
namespace {

namespace asio = boost::asio;

// The first byte of the child's output; the text or the error message follows.
constexpr char is_text = 't';
constexpr char is_error = 'e';
constexpr char is_missing = 'm';

using named_files_look = std::function<void(const config_file&)>;

bool write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno != EINTR) return false;
    if (n > 0) bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

/// Runs in the child and returns its exit code.
int read_and_tell(const std::string& path, pid_t program, const named_files_look& also) {
  std::signal(SIGTERM, SIG_IGN);  // the program ends the child
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::prctl(PR_SET_NAME, "telltale-config");
  if (::getppid() != program) return 1;
  const auto file = read_config_file(path);
  const char kind = file.error.empty() ? is_text : file.missing ? is_missing : is_error;
  const auto& content = kind == is_text ? file.text : file.error;
  if (!write_all(first_given, {&kind, 1}) || !write_all(first_given, content)) return 1;
  if (also) also(file);
  return 0;
}

config_file failed(std::string sentence) { return {{}, std::move(sentence), false}; }

config_file taken_from(std::string received) {
  if (received.empty()) return failed("cannot be read: the reading process died");
  const char kind = received.front();
  received.erase(0, 1);
  if (kind == is_text) return {std::move(received), {}, false};
  return {{}, std::move(received), kind == is_missing};
}

/// A running child. Its handlers share it, so that it outlives the reader until they were called.
struct reading {
  explicit reading(asio::io_context& io) : output(io), process(io), deadline(io) {}
  ~reading() {
    if (pid < 0) return;
    collect_child(pid);
    unregister_child(pid);
  }
  void kill() { kill_child(process.native_handle()); }

  asio::posix::stream_descriptor output;
  asio::posix::stream_descriptor process;  ///< its pidfd
  asio::steady_timer deadline;
  pid_t pid = -1;
  std::string received;
  std::array<char, 16 * 1024> chunk{};
  config_reader::read_done done;  ///< empty after the call
};

class child_reader final : public config_reader {
 public:
  child_reader(asio::io_context& io, std::chrono::milliseconds limit, named_files_look also)
      : io_(io), limit_(limit), also_(std::move(also)) {}
  ~child_reader() override {
    if (!current_) return;
    current_->done = nullptr;
    current_->kill();
    close(*current_);
  }
  child_reader(const child_reader&) = delete;
  child_reader& operator=(const child_reader&) = delete;

  void read(std::string path, read_done done) override {
    if (current_) return answer(std::move(done), failed("an earlier read still hangs in the kernel"));
    auto r = std::make_shared<reading>(io_);
    if (const auto error = start(*r, path, also_)) return answer(std::move(done), failed(*error));
    r->done = std::move(done);
    current_ = r;
    receive(r);
    r->process.async_wait(asio::posix::stream_descriptor::wait_read,
                          [this, r, alive = std::weak_ptr(alive_)](const boost::system::error_code& ec) {
                            if (!ec && !alive.expired()) ended(r);
                          });
    r->deadline.expires_after(limit_);
    r->deadline.async_wait([this, r](const boost::system::error_code& ec) {
      if (ec || !r->done) return;
      r->kill();
      const auto* what = r->received.empty() ? "" : "a certificate or secret it refers to ";
      std::exchange(r->done, nullptr)(failed(fmt::format("{}cannot be read within {}", what, to_text(limit_))));
    });
  }

 private:
  static std::optional<std::string> start(reading& r, const std::string& path, const named_files_look& also) {
    const auto because = [](const std::error_code& why) { return fmt::format("cannot be read: {}", why.message()); };
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return because({errno, std::generic_category()});
    descriptor ours(ends[0]);
    const descriptor theirs(ends[1]);
    if (const auto failed = assign(r.output, ours)) return because(failed);
    std::error_code ec;
    auto child = start_child(
        std::array{theirs.get()}, [&, program = ::getpid()] { return read_and_tell(path, program, also); }, ec);
    if (ec) return because(ec);
    r.pid = child.pid;
    register_child(child.pid);
    const auto failed = assign(r.process, child.pidfd);
    if (!failed) return std::nullopt;
    kill_child(child.pidfd.get());  // the reaper or the program's exit collects the zombie
    return because(failed);
  }

  /// Fails when epoll_ctl fails; `from` stays the owner then.
  static std::error_code assign(asio::posix::stream_descriptor& to, descriptor& from) {
    boost::system::error_code failed;
    to.assign(from.get(), failed);
    if (!failed) static_cast<void>(from.release());
    return failed;
  }

  void receive(const std::shared_ptr<reading>& r) {
    r->output.async_read_some(asio::buffer(r->chunk),
                              [this, r](const boost::system::error_code& ec, std::size_t bytes) {
                                if (!r->done) return;
                                r->received.append(r->chunk.data(), bytes);
                                if (!ec) return receive(r);
                                boost::system::error_code ignored;
                                r->output.close(ignored);
                                if (r->pid >= 0 && exited_) finish(r);
                              });
  }

  void ended(const std::shared_ptr<reading>& r) {
    exited_ = collect_child(r->pid);
    if (!exited_) exited_ = exit_status{0, 0, false};
    if (!r->output.is_open() || !r->done) finish(r);
  }

  /// Called once for the end of the output and once for the end of the process; the second call completes the read.
  void finish(const std::shared_ptr<reading>& r) {
    const auto status = *std::exchange(exited_, std::nullopt);
    const bool well = status.known && status.signal == 0 && status.code == 0;
    current_ = nullptr;
    close(*r);
    if (auto done = std::exchange(r->done, nullptr)) done(taken_from(well ? std::move(r->received) : std::string()));
  }

  static void close(reading& r) {
    boost::system::error_code ignored;
    r.output.close(ignored);
    r.process.close(ignored);
    r.deadline.cancel();
  }

  void answer(read_done done, config_file file) {
    asio::post(io_, [alive = std::weak_ptr(alive_), done = std::move(done), file = std::move(file)]() mutable {
      if (!alive.expired()) done(std::move(file));
    });
  }

  asio::io_context& io_;
  std::chrono::milliseconds limit_;
  named_files_look also_;
  std::shared_ptr<reading> current_;  ///< also set when it was abandoned but has not ended
  std::optional<exit_status> exited_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace

std::unique_ptr<config_reader> make_config_reader(asio::io_context& io, std::chrono::milliseconds limit,
                                                  std::function<void(const config_file&)> also) {
  return std::make_unique<child_reader>(io, limit, std::move(also));
}

}  // namespace telltale
