// Opens SQLite with the guarded VFS and with limits on time and memory.
#include "sqlite/connection.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "base/ascii.hpp"
#include "sqlite/read_only_authorizer.hpp"

namespace telltale::sqlite {
namespace {

constexpr std::chrono::milliseconds max_wait{250};
/// For the whole process: a query must not exceed the memory limit of the container.
constexpr std::int64_t max_memory = std::int64_t{64} << 20;
constexpr int max_value_bytes = 16 << 20;
/// Virtual machine steps between two deadline checks: well below a millisecond.
constexpr int steps_per_deadline_check = 1000;

/// At most half of the remaining time, so that a busy writer is reported as SQLITE_BUSY and not as a timeout.
int busy_ms(boot_clock::time_point deadline) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>((deadline - boot_clock::now()) / 2);
  return static_cast<int>(std::clamp(left, std::chrono::milliseconds(1), max_wait).count());
}

}  // namespace

std::string database_uri(const std::string& path, access how) {
  std::string out = "file:";
  // Two leading slashes would start a host name.
  const auto start = path.rfind("//", 0) == 0 ? path.find_first_not_of('/') - 1 : 0;
  for (const char c : path.substr(start)) {
    if (is_letter_or_digit(c) || c == '/' || c == '.' || c == '_' || c == '-') out += c;
    else out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  out += how == access::write ? "?mode=rw" : "?mode=ro";
  if (how == access::read_without_trace) out += "&readonly_shm=1";
  if (how == access::immutable) out += "&immutable=1";
  return out;
}

connection::connection(const std::string& path, access how, boot_clock::time_point deadline) : deadline_(deadline) {
  const int flags = SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_EXRESCODE |
                    (how == access::write ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY);
  const int rc = ::sqlite3_open_v2(database_uri(path, how).c_str(), &handle_, flags, guarded_vfs());
  if (rc != SQLITE_OK) {
    failed_ = last_error(rc);
    return;
  }
  ::sqlite3_hard_heap_limit64(max_memory);
  ::sqlite3_limit(handle_, SQLITE_LIMIT_LENGTH, max_value_bytes);
  ::sqlite3_busy_timeout(handle_, busy_ms(deadline));
  ::sqlite3_progress_handler(handle_, steps_per_deadline_check, &connection::past_deadline, this);
  // Without NO_CKPT_ON_CLOSE the last connection to close would checkpoint and delete the application's log.
  ::sqlite3_db_config(handle_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  ::sqlite3_db_config(handle_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  ::sqlite3_db_config(handle_, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  failed_ = run("PRAGMA temp_store = MEMORY");
  if (!failed_ && how != access::write) failed_ = run("PRAGMA query_only = 1");
}

connection::~connection() { ::sqlite3_close(handle_); }

int connection::past_deadline(void* self) {
  return boot_clock::now() >= static_cast<connection*>(self)->deadline_ ? 1 : 0;
}

std::optional<sql_error> connection::run(const char* sql) {
  const int rc = ::sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr);
  return rc == SQLITE_OK ? std::nullopt : std::optional(last_error(rc));
}

void connection::allow_reading_only() { ::sqlite3_set_authorizer(handle_, &authorize_reading, &nondeterministic_); }

sql_error connection::last_error(int code) const {
  return {code, handle_ ? ::sqlite3_errmsg(handle_) : ::sqlite3_errstr(code)};
}

bool connection::read_only() const { return ::sqlite3_db_readonly(handle_, "main") != 0; }

void finalizer::operator()(sqlite3_stmt* statement) const { ::sqlite3_finalize(statement); }

}  // namespace telltale::sqlite
