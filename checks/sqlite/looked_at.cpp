// Opens a file in the way that disturbs nobody.
#include "sqlite/looked_at.hpp"

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

looked_at look_at(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) == 0) return look_at(path, info);
  looked_at out;
  out.state.error = errno;
  return out;
}

looked_at look_at(const std::string& path, const struct stat& info) {
  looked_at out{{0, true, S_ISREG(info.st_mode), facts_of(info)}, {}};
  if (!out.state.regular) return out;
  out.file = open_quietly(path, info.st_uid);
  if (!out.file) out.state.error = errno;
  return out;
}

looked_at look_at_target(std::string& path) {
  struct stat info {};
  if (::lstat(path.c_str(), &info) != 0) return look_at(path);
  if (!S_ISLNK(info.st_mode)) return look_at(path, info);
  const std::unique_ptr<char, decltype(&std::free)> real(::realpath(path.c_str(), nullptr), &std::free);
  if (real) path = real.get();
  return look_at(path);
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
