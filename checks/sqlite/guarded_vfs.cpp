// Wraps SQLite's unix VFS and rejects every operation that modifies files.
#include "sqlite/guarded_vfs.hpp"

#include <sqlite3.h>
#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <stdexcept>
#include <string>

#include "sqlite/database_header.hpp"

namespace telltale::sqlite {
namespace {

constexpr const char* vfs_name = "telltale-guarded";

/// Stored behind the unix VFS's own file object.
struct file_extra {
  const char* path;  ///< SQLite keeps it alive until the file is closed
  const sqlite3_io_methods* methods;
};

sqlite3_vfs* base = nullptr;
/// A worker has one connection at a time.
std::atomic<const volatile std::byte*> mapped_start{nullptr};
/// From the page 1 that was read last.
std::uint32_t writer_read = 0;
sqlite3_vfs guarded;
// The unix VFS has one set of methods for files with locks (the database) and one for those without.
sqlite3_io_methods database_methods;
sqlite3_io_methods side_file_methods;

file_extra& extra_of(sqlite3_file* file) {
  return *reinterpret_cast<file_extra*>(reinterpret_cast<char*>(file) + base->szOsFile);
}

/// Only page 1 starts with the magic: every other page has a type or a page number there.
int read_and_note(sqlite3_file* file, void* into, int amount, sqlite3_int64 offset) {
  const int rc = extra_of(file).methods->xRead(file, into, amount, offset);
  const byte_view page(static_cast<const std::byte*>(into), static_cast<std::size_t>(std::max(amount, 0)));
  if (rc == SQLITE_OK && page.size() >= database_header_bytes &&
      parse_database_header(page.first(database_header_bytes)).fault != header_fault::not_a_database)
    writer_read = read_big_endian<std::uint32_t>(page, 96);
  return rc;
}

int refuse_write(sqlite3_file*, const void*, int, sqlite3_int64) { return SQLITE_IOERR_WRITE; }
int refuse_truncate(sqlite3_file*, sqlite3_int64) { return SQLITE_IOERR_TRUNCATE; }
int refuse_delete(sqlite3_vfs*, const char*, int) { return SQLITE_IOERR_DELETE; }

/// Rejects a missing -shm, which the unix VFS would create. The shared lock on the database is already held, so no
/// other connection can delete the file between stat and open.
int map_existing_shm(sqlite3_file* file, int region, int size, int extend, void volatile** out) {
  struct stat info {};
  const std::string shm = std::string(extra_of(file).path) + "-shm";
  if (::stat(shm.c_str(), &info) != 0) return SQLITE_CANTOPEN;
  const int rc = extra_of(file).methods->xShmMap(file, region, size, extend, out);
  if (region == 0 && *out) mapped_start = static_cast<const volatile std::byte*>(*out);
  return rc;
}

int unmap_and_keep(sqlite3_file* file, int) {
  mapped_start = nullptr;
  return extra_of(file).methods->xShmUnmap(file, 0);
}

int open_existing(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* flags_out) {
  file->pMethods = nullptr;
  if (flags & SQLITE_OPEN_MAIN_JOURNAL) {
    // Detecting a hot journal only reads it; a rollback opens it for writing.
    if (flags & SQLITE_OPEN_READWRITE) return SQLITE_CANTOPEN;
  } else if (!(flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL))) {
    return SQLITE_CANTOPEN;
  }
  const int rc = base->xOpen(base, name, file, flags & ~(SQLITE_OPEN_CREATE | SQLITE_OPEN_DELETEONCLOSE), flags_out);
  if (!file->pMethods) return rc;
  auto& methods = flags & SQLITE_OPEN_MAIN_DB ? database_methods : side_file_methods;
  extra_of(file) = {name, file->pMethods};
  methods = *file->pMethods;
  if (flags & SQLITE_OPEN_MAIN_DB) writer_read = 0;
  methods.xRead = read_and_note;
  methods.xWrite = refuse_write;
  methods.xTruncate = refuse_truncate;
  if (methods.xShmMap) methods.xShmMap = map_existing_shm;
  if (methods.xShmUnmap) methods.xShmUnmap = unmap_and_keep;
  file->pMethods = &methods;
  return rc;
}

int keep_owner(int, uid_t, gid_t) { return 0; }
int keep_mode(int, mode_t) { return 0; }

void replace(const char* call, sqlite3_syscall_ptr with) {
  guarded_vfs();
  base->xSetSystemCall(base, call, with);
}

const char* install() {
  base = ::sqlite3_vfs_find("unix");
  if (!base) throw std::runtime_error("this SQLite has no unix VFS");
  guarded = *base;
  guarded.zName = vfs_name;
  guarded.pNext = nullptr;
  guarded.szOsFile = base->szOsFile + static_cast<int>(sizeof(file_extra));
  guarded.xOpen = open_existing;
  guarded.xDelete = refuse_delete;
  if (::sqlite3_vfs_register(&guarded, 0) != SQLITE_OK) throw std::runtime_error("SQLite refused the guarded VFS");
  return vfs_name;
}

}  // namespace

const char* guarded_vfs() {
  static const char* const name = install();
  return name;
}

std::uint32_t page_one_writer() { return writer_read; }

std::optional<mapped_log> mapped_index() {
  const auto* start = mapped_start.load();
  if (!start) return std::nullopt;
  // mxFrame and nBackfill, as in wal_index.hpp; each is written atomically.
  const auto number = [start](std::size_t at) { return *reinterpret_cast<const volatile std::uint32_t*>(start + at); };
  return mapped_log{number(16), number(96)};
}

ownership_guard::ownership_guard() {
  replace("fchown", reinterpret_cast<sqlite3_syscall_ptr>(&keep_owner));
  replace("fchmod", reinterpret_cast<sqlite3_syscall_ptr>(&keep_mode));
}
ownership_guard::~ownership_guard() {
  replace("fchown", nullptr);
  replace("fchmod", nullptr);
}

}  // namespace telltale::sqlite
