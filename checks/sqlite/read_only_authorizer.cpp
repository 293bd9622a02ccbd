// Allows only operations that read.
#include "sqlite/read_only_authorizer.hpp"

#include <sqlite3.h>
#include <strings.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace telltale::sqlite {
namespace {

/// Pragmas that only report, with or without an argument (https://sqlite.org/pragma.html).
constexpr std::array<std::string_view, 14> reporting{
    "data_version",   "collation_list", "database_list", "foreign_key_check", "foreign_key_list",
    "freelist_count", "index_info",     "index_list",    "index_xinfo",       "integrity_check",
    "page_count",     "quick_check",    "table_info",    "table_xinfo"};
/// Pragmas that report without an argument and change something with one.
constexpr std::array<std::string_view, 6> reporting_when_bare{"application_id", "encoding",       "journal_mode",
                                                              "page_size",      "schema_version", "user_version"};

/// Functions of time and randomness (https://sqlite.org/lang_datefunc.html, lang_corefunc.html). The authorizer does
/// not see the arguments, so a date function without `now` counts too.
constexpr std::array<std::string_view, 12> nondeterministic_functions{
    "date",     "time",   "datetime",     "julianday",    "strftime",          "unixepoch",
    "timediff", "random", "current_date", "current_time", "current_timestamp", "randomblob"};

template <std::size_t size>
bool listed(const std::array<std::string_view, size>& names, const char* name) {
  return std::ranges::any_of(names, [&](std::string_view known) { return ::strcasecmp(known.data(), name) == 0; });
}

bool only_reports(const char* pragma, const char* argument) {
  return pragma && (listed(reporting, pragma) || (!argument && listed(reporting_when_bare, pragma)));
}

}  // namespace

int authorize_reading(void* nondeterministic, int action, const char* first, const char* second, const char*,
                      const char*) {
  switch (action) {
    case SQLITE_SELECT:
    case SQLITE_READ:
    case SQLITE_RECURSIVE:
      return SQLITE_OK;
    case SQLITE_FUNCTION:
      if (nondeterministic && second && listed(nondeterministic_functions, second))
        *static_cast<bool*>(nondeterministic) = true;
      return second && ::strcasecmp(second, "load_extension") == 0 ? SQLITE_DENY : SQLITE_OK;
    case SQLITE_PRAGMA:
      return only_reports(first, second) ? SQLITE_OK : SQLITE_DENY;
    default:
      return SQLITE_DENY;
  }
}

}  // namespace telltale::sqlite
