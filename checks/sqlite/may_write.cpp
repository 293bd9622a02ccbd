// Checks the permissions that a writer needs.
#include "sqlite/may_write.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "sqlite/judge_files.hpp"

namespace telltale::sqlite {
namespace {

constexpr unsigned may_write_bit = 2;
constexpr unsigned may_search_bit = 1;

/// A file or directory, and the permissions that a writer needs there.
struct wanted {
  std::string path;
  unsigned rights = 0;   ///< bits of a mode: write, search
  std::string sentence;  ///< the start of the message, up to the name of the obstacle
};

/// Whether the mode may allow it. Group membership and access control lists are not resolved: the group bits, which
/// include access control lists (acl(5)), count as granted.
bool perhaps_allowed(uid_t user, const struct stat& file, unsigned rights) {
  const auto allows = [&](unsigned shift) { return ((file.st_mode >> shift) & rights) == rights; };
  if (user == 0) return true;
  return user == file.st_uid ? allows(6) : allows(3) || allows(0);
}

int error_of_access(const wanted& what) {
  const int mode = W_OK | (what.rights & may_search_bit ? X_OK : 0);
  return ::faccessat(AT_FDCWD, what.path.c_str(), mode, AT_EACCESS) == 0 ? 0 : errno;
}

finding obstacle(verdict how_bad, const wanted& what, const struct stat& file, const std::string& to_whom) {
  return {how_bad, reason::readonly,
          fmt::format("{} belongs to uid {}, has mode {:04o} and cannot be written by {}", what.sentence, file.st_uid,
                      file.st_mode & 07777u, to_whom)};
}

std::optional<finding> check_permission(const wanted& what, uid_t owner) {
  struct stat file {};
  const int error = error_of_access(what);
  if (error == EROFS) return finding{verdict::fail, reason::readonly, what.sentence + " is on a read-only file system"};
  if (::stat(what.path.c_str(), &file) != 0) return std::nullopt;  // deleted meanwhile: the next run judges
  const auto self = ::geteuid();
  if (error != 0 && (self == owner || !perhaps_allowed(owner, file, what.rights)))
    return obstacle(verdict::fail, what, file, fmt::format("uid {}", self));
  if (error == 0 && self == 0 && !perhaps_allowed(owner, file, what.rights))
    return obstacle(verdict::warn, what, file, fmt::format("uid {}, the owner of the database", owner));
  return std::nullopt;
}

/// The side file when it exists, else the directory in which it would be created.
wanted side_file(const observation& seen, std::string_view suffix) {
  const auto path = seen.path + std::string(suffix);
  struct stat info {};
  if (::lstat(path.c_str(), &info) == 0) return {path, may_write_bit, file_name(path)};
  const auto slash = seen.path.find_last_of('/');
  const auto directory = slash == std::string::npos ? "." : slash == 0 ? "/" : seen.path.substr(0, slash);
  return {directory, may_write_bit | may_search_bit,
          fmt::format("SQLite cannot create {}: {}", file_name(path), directory)};
}

}  // namespace

std::optional<finding> write_obstacle(const observation& seen) {
  const auto owner = seen.database.facts.owner;
  const auto check_side_file = [&](std::string_view suffix) {
    return check_permission(side_file(seen, suffix), owner);
  };
  if (!seen.wal_mode()) return check_side_file("-journal");
  // An application that has the database open has these files open.
  if (seen.live() || seen.held_exclusively()) return std::nullopt;
  auto found = check_side_file("-wal");
  return found ? found : check_side_file("-shm");
}

}  // namespace telltale::sqlite
