// Opens regular files for reading without side effects.
#include "sqlite/opened_file.hpp"

#include <cerrno>
#include <cstdlib>
#include <memory>

#include "base/small_file.hpp"

namespace telltale::sqlite {

file_facts facts_of(const struct stat& info) {
  return {info.st_dev,
          info.st_ino,
          static_cast<std::uint64_t>(info.st_size),
          std::int64_t{info.st_mtim.tv_sec} * 1'000'000'000 + info.st_mtim.tv_nsec,
          info.st_mode,
          info.st_uid};
}

bool same_content(const file_facts& a, const file_facts& b) {
  return a.device == b.device && a.inode == b.inode && a.size == b.size && a.modified_ns == b.modified_ns;
}

opened_file stat_and_open(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) == 0) return stat_and_open(path, info);
  opened_file out;
  out.state.error = errno;
  return out;
}

opened_file stat_and_open(const std::string& path, const struct stat& info) {
  opened_file out{{0, true, S_ISREG(info.st_mode), facts_of(info)}, {}};
  if (!out.state.regular) return out;
  out.file = open_quietly(path, info.st_uid);
  if (!out.file) out.state.error = errno;
  return out;
}

opened_file stat_and_open_target(std::string& path) {
  struct stat info {};
  if (::lstat(path.c_str(), &info) != 0) return stat_and_open(path);
  if (!S_ISLNK(info.st_mode)) return stat_and_open(path, info);
  const std::unique_ptr<char, decltype(&std::free)> real(::realpath(path.c_str(), nullptr), &std::free);
  if (real) path = real.get();
  return stat_and_open(path);
}

void update_facts(int fd, file_state& state) {
  struct stat info {};
  if (::fstat(fd, &info) != 0) {
    state.error = errno;
    return;
  }
  state.regular = S_ISREG(info.st_mode);
  state.facts = facts_of(info);
}

}  // namespace telltale::sqlite
