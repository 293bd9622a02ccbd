// File systems on temporary loop devices.
#pragma once

#include <fcntl.h>
#include <linux/loop.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "checks/file_fixtures.hpp"

namespace telltale::testing {

/// A loop device that detaches its file as soon as it is neither mounted nor open.
class loop_device {
 public:
  explicit loop_device(const std::string& file) {
    const int control = ::open("/dev/loop-control", O_RDWR | O_CLOEXEC);
    const int backing = ::open(file.c_str(), O_RDWR | O_CLOEXEC);
    // Another process may take the free device first.
    for (int attempt = 0; control >= 0 && backing >= 0 && device_ < 0 && attempt < 20; ++attempt) {
      path_ = fmt::format("/dev/loop{}", ::ioctl(control, LOOP_CTL_GET_FREE));
      device_ = ::open(path_.c_str(), O_RDWR | O_CLOEXEC);
      loop_config settings{};
      settings.fd = static_cast<std::uint32_t>(backing);
      settings.info.lo_flags = LO_FLAGS_AUTOCLEAR;
      if (device_ < 0 || ::ioctl(device_, LOOP_CONFIGURE, &settings) == 0) continue;
      ::close(device_);
      device_ = -1;
    }
    if (control >= 0) ::close(control);
    if (backing >= 0) ::close(backing);
  }
  loop_device(const loop_device&) = delete;
  loop_device& operator=(const loop_device&) = delete;
  ~loop_device() {
    if (device_ >= 0) ::close(device_);
  }
  bool works() const { return device_ >= 0; }
  const std::string& path() const { return path_; }  // "/dev/loop0"
  std::string name() const { return path_.substr(path_.find_last_of('/') + 1); }

 private:
  int device_ = -1;
  std::string path_;
};

/// How the file system of a test is created and mounted.
struct file_system_image {
  std::string type = "ext4";
  std::string make = "-m 5 -N 2000";  // options of mkfs
  std::string options;                // of the mount
  unsigned mebibytes = 32;
};

/// Creates an image; returns "" or the reason for failure.
inline std::string make_image(const std::string& file, const file_system_image& wanted) {
  write_file(file, "");
  std::filesystem::resize_file(file, std::uintmax_t{wanted.mebibytes} << 20);
  const auto quiet = wanted.type == "ext4" ? "-q -F" : "-q -f";
  const auto command =
      fmt::format("PATH=$PATH:/sbin:/usr/sbin mkfs.{} {} {} {} >/dev/null 2>&1", wanted.type, quiet, wanted.make, file);
  return std::system(command.c_str()) == 0 ? "" : "skipped: no mkfs." + wanted.type;
}

/// Runs `body` in a child that has the image mounted in its own mount namespace; returns "skipped: ..." where that is
/// not possible.
inline std::string on_image(const file_system_image& wanted,
                            const std::function<std::string(const std::string& path, const loop_device&)>& body) {
  const temp_folder top;
  const auto file = top / "image";
  if (auto why = make_image(file, wanted); !why.empty()) return why;
  std::filesystem::create_directory(top / "mnt");
  std::filesystem::permissions(top.path(), std::filesystem::perms(0755));
  return in_private_mounts([&]() -> std::string {
    const loop_device device(file);
    if (!device.works()) return "skipped: no loop device";
    const auto point = top / "mnt";
    if (::mount(device.path().c_str(), point.c_str(), wanted.type.c_str(), 0, wanted.options.c_str()) != 0)
      return fmt::format("skipped: no {} (errno {})", wanted.type, errno);
    std::filesystem::permissions(point, std::filesystem::perms(0777));
    std::string found;
    try {
      found = body(point, device);
    } catch (const std::exception& error) {
      found = std::string("exception: ") + error.what();
    }
    ::umount2(point.c_str(), MNT_DETACH);
    return found;
  });
}

inline std::string on_ext4(const std::function<std::string(const std::string& path)>& body,
                           const std::string& make = file_system_image{}.make) {
  return on_image({"ext4", make, "", 32}, [&](const std::string& path, const loop_device&) { return body(path); });
}

/// Whether a test was skipped; prints the reason.
inline bool skipped(const std::string& found) {
  const bool so = found.starts_with("skipped") || found == "cannot make private mounts";
  if (so) MESSAGE(found << " (needs root, loop devices and the tools of the file system)");
  return so;
}

/// Bind-mounts `from` at `to`; with `readonly` like an application's volume in a sidecar.
inline bool bind_mount(const std::string& from, const std::string& to, bool readonly = false) {
  std::filesystem::create_directories(to);
  if (::mount(from.c_str(), to.c_str(), nullptr, MS_BIND, nullptr) != 0) return false;
  return !readonly || ::mount(nullptr, to.c_str(), nullptr, MS_REMOUNT | MS_BIND | MS_RDONLY, nullptr) == 0;
}

}  // namespace telltale::testing
