// Options of the sqlite check.
#pragma once

#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <telltale/check_type.hpp>
#include <telltale/option_group.hpp>

#include "expect/expectation.hpp"
#include "sqlite/integrity_option.hpp"

namespace telltale::sqlite {

enum class probe_mode : std::uint8_t { inspect, query, write };
enum class wal_expectation : std::uint8_t { fail, warn, ignore };

/// The option `backup`, which adds a check of type sqlite_backup.
struct backup_options {
  file_path path;
  upper_limit<std::chrono::milliseconds> max_age;
  bool integrity = false;
  static options_of<backup_options> declared();
};

struct sqlite_options {
  file_path path;
  probe_mode mode = probe_mode::inspect;
  bool encrypted = false;
  wal_expectation expect_wal = wal_expectation::warn;
  upper_limit<bytes> wal_backlog{bytes{64u << 20}, bytes{512u << 20}};
  upper_limit<bytes> wal_log{bytes{128u << 20}, bytes{1u << 30}};
  upper_limit<bytes> wal_size;
  upper_limit<bytes> database_size;
  upper_limit<std::chrono::milliseconds> writer_lock{std::chrono::seconds(5), std::nullopt};
  upper_limit<std::chrono::milliseconds> last_commit_age;
  std::optional<std::string> query;
  std::optional<expectation> expect;
  std::optional<integrity_options> integrity;
  std::optional<backup_options> backup;

  /// `written`: the map that these options were parsed from.
  std::vector<added_check> added_checks(const raw_value& written) const;
  void validate(source_location at, problems& errors) const;
  static options_of<sqlite_options> declared();

 private:
  added_check added_backup(const raw_value& written) const;
  void validate_encrypted(source_location at, problems& errors) const;
};

}  // namespace telltale::sqlite

template <>
struct telltale::choices<telltale::sqlite::probe_mode> {
  static constexpr std::array<std::string_view, 3> names{"inspect", "query", "write"};
};
template <>
struct telltale::choices<telltale::sqlite::wal_expectation> {
  static constexpr std::array<std::string_view, 3> names{"fail", "warn", "ignore"};
};
