// A FUSE file system with scripted responses, over the raw /dev/fuse protocol (linux/fuse.h): errors of single calls,
// any statfs numbers, a server that crashes.
#pragma once

#include <dirent.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <map>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "checks/file_fixtures.hpp"

namespace telltale::testing {

/// The root contains the given files. Responses are set before the calls they apply to, and are never cached.
class fuse_server {
 public:
  /// `type` is "fuse" or "fuse.NAME". Mounts at `point` in the caller's mount namespace.
  fuse_server(std::string point, std::map<std::string, std::string> files, const std::string& type = "fuse",
              const std::string& source = "test")
      : point_(std::move(point)) {
    for (auto& [name, content] : files) files_.emplace_back(name, content);
    fd_ = ::open("/dev/fuse", O_RDWR | O_CLOEXEC | O_NONBLOCK);
    const auto options = fmt::format("fd={},rootmode=40000,user_id=0,group_id=0,allow_other", fd_);
    mounted_ = fd_ >= 0 && ::mount(source.c_str(), point_.c_str(), type.c_str(), 0, options.c_str()) == 0;
    if (mounted_) thread_ = std::thread([this] { serve(); });
  }
  fuse_server(const fuse_server&) = delete;
  fuse_server& operator=(const fuse_server&) = delete;
  ~fuse_server() {
    crash();
    if (mounted_) ::umount2(point_.c_str(), MNT_DETACH);
    ::close(stop_);
  }

  bool works() const { return mounted_; }
  /// Makes this kind of request (FUSE_GETATTR ...) fail with an errno, or only for this file; 0 restores success.
  void fail(std::uint32_t opcode, int error, const std::string& file = {}) {
    only_.at(opcode) = file.empty() ? 0 : node_of(file);
    errors_.at(opcode) = error;
  }
  /// Sets the response of statfs.
  void numbers(const fuse_kstatfs& wanted) { numbers_ = wanted; }
  /// Ends like a crashed server: every further call fails with ENOTCONN.
  void crash() {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto ignored = ::write(stop_, &one, sizeof one);
    if (thread_.joinable()) thread_.join();
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }

 private:
  void serve() {
    std::vector<char> request(1 << 18);
    for (;;) {
      std::array<pollfd, 2> ready{{{fd_, POLLIN, 0}, {stop_, POLLIN, 0}}};
      if (::poll(ready.data(), ready.size(), -1) < 0 && errno != EINTR) return;
      if (ready[1].revents) return;
      const auto size = ::read(fd_, request.data(), request.size());
      if (size < 0 && (errno == EINTR || errno == ENOENT || errno == EAGAIN)) continue;
      if (size < static_cast<ssize_t>(sizeof(fuse_in_header))) return;
      fuse_in_header head{};
      std::memcpy(&head, request.data(), sizeof head);
      answer(head, request.data() + sizeof head);
    }
  }

  void answer(const fuse_in_header& head, const char* rest) {
    if (head.opcode == FUSE_FORGET || head.opcode == FUSE_BATCH_FORGET || head.opcode == FUSE_INTERRUPT) return;
    std::string body;
    int wanted = head.opcode < errors_.size() ? errors_[head.opcode].load() : 0;
    if (wanted && only_[head.opcode] != 0 && only_[head.opcode] != head.nodeid) wanted = 0;
    const int error = wanted ? wanted : reply(head, rest, body);
    if (error) body.clear();
    const fuse_out_header out{static_cast<std::uint32_t>(sizeof(fuse_out_header) + body.size()), -error, head.unique};
    const auto message = std::string(reinterpret_cast<const char*>(&out), sizeof out) + body;
    [[maybe_unused]] const auto sent = ::write(fd_, message.data(), message.size());
  }

  template <class Struct>
  static void put(std::string& body, const Struct& value) {
    body.append(reinterpret_cast<const char*>(&value), sizeof value);
  }

  int reply(const fuse_in_header& head, const char* rest, std::string& body) {
    switch (head.opcode) {
      case FUSE_INIT: {
        fuse_init_out out{};
        out.major = 7;
        out.minor = 31;
        out.max_write = 1 << 16;
        put(body, out);
        return 0;
      }
      case FUSE_LOOKUP: {
        fuse_entry_out out{};
        out.nodeid = node_of(rest);
        if (out.nodeid == 0) return ENOENT;
        out.attr = attributes(out.nodeid);
        put(body, out);
        return 0;
      }
      case FUSE_GETATTR: {
        fuse_attr_out out{};
        out.attr = attributes(head.nodeid);
        put(body, out);
        return 0;
      }
      case FUSE_OPEN:
      case FUSE_OPENDIR: {
        fuse_open_out out{};
        out.open_flags = FOPEN_DIRECT_IO;
        put(body, out);
        return 0;
      }
      case FUSE_CREATE: {
        files_.emplace_back(rest + sizeof(fuse_create_in), "");
        fuse_entry_out out{};
        out.nodeid = files_.size() + 1;
        out.attr = attributes(out.nodeid);
        put(body, out);
        put(body, fuse_open_out{});
        return 0;
      }
      case FUSE_UNLINK:
        files_.at(node_of(rest) - 2).first.clear();
        return 0;
      case FUSE_WRITE: {
        fuse_write_in in{};
        std::memcpy(&in, rest, sizeof in);
        put(body, fuse_write_out{in.size, 0});
        return 0;
      }
      case FUSE_READ: {
        fuse_read_in in{};
        std::memcpy(&in, rest, sizeof in);
        const auto& content = files_.at(head.nodeid - 2).second;
        if (in.offset < content.size()) body = content.substr(in.offset, in.size);
        return 0;
      }
      case FUSE_STATFS: {
        put(body, fuse_statfs_out{numbers_});
        return 0;
      }
      case FUSE_READDIR:
        list(rest, body);
        return 0;
      case FUSE_FLUSH:
      case FUSE_FSYNC:
      case FUSE_RELEASE:
      case FUSE_RELEASEDIR:
        return 0;
      default:
        return ENOSYS;
    }
  }

  /// All entries at once; nothing for later requests.
  void list(const char* rest, std::string& body) const {
    fuse_read_in in{};
    std::memcpy(&in, rest, sizeof in);
    for (std::size_t i = in.offset; i < files_.size(); ++i) {
      const auto& name = files_[i].first;
      if (name.empty()) continue;
      fuse_dirent entry{};
      entry.ino = i + 2;
      entry.off = i + 1;
      entry.namelen = static_cast<std::uint32_t>(name.size());
      entry.type = DT_REG;
      std::string record(FUSE_DIRENT_ALIGN(FUSE_NAME_OFFSET + name.size()), '\0');
      std::memcpy(record.data(), &entry, FUSE_NAME_OFFSET);
      std::memcpy(record.data() + FUSE_NAME_OFFSET, name.data(), name.size());
      if (body.size() + record.size() > in.size) return;
      body += record;
    }
  }

  std::uint64_t node_of(const std::string& name) const {
    for (std::size_t i = 0; i < files_.size(); ++i)
      if (files_[i].first == name) return i + 2;
    return 0;
  }

  fuse_attr attributes(std::uint64_t node) const {
    fuse_attr out{};
    out.ino = node;
    out.mode = node == FUSE_ROOT_ID ? S_IFDIR | 0755 : S_IFREG | 0644;
    out.nlink = node == FUSE_ROOT_ID ? 2 : 1;
    if (node != FUSE_ROOT_ID) out.size = files_.at(node - 2).second.size();
    out.blocks = (out.size + 511) / 512;
    out.blksize = 4096;
    return out;
  }

  std::string point_;
  std::vector<std::pair<std::string, std::string>> files_;
  int fd_ = -1;
  int stop_ = ::eventfd(0, EFD_CLOEXEC);
  bool mounted_ = false;
  std::array<std::atomic<int>, 64> errors_{};
  std::array<std::atomic<std::uint64_t>, 64> only_{};
  fuse_kstatfs numbers_{1000, 900, 900, 1000, 900, 4096, 255, 4096, 0, {}};
  std::thread thread_;
};

/// Runs `body` in a child with this file system mounted; returns "skipped: ..." where that is not possible.
inline std::string on_fuse(std::map<std::string, std::string> files,
                           const std::function<std::string(const std::string& path, fuse_server&)>& body,
                           const std::string& type = "fuse", const std::string& source = "test") {
  const temp_folder top;
  return in_private_mounts([&]() -> std::string {
    fuse_server server(top.path(), std::move(files), type, source);
    if (!server.works()) return fmt::format("skipped: no FUSE (errno {})", errno);
    return body(top.path(), server);
  });
}

/// Whether a test was skipped; prints the reason.
inline bool skipped_fuse(const std::string& found) {
  const bool so = found.starts_with("skipped") || found == "cannot make private mounts";
  if (so) MESSAGE(found << " (needs root and /dev/fuse)");
  return so;
}

}  // namespace telltale::testing
