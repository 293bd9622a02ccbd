// A check table that resembles the real one, for tests of parsing and validation.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <telltale/check_type.hpp>
#include <telltale/option_group.hpp>

namespace telltale::fakes {

struct disk_options {
  file_path path;
  std::optional<percent> warn;
  std::optional<percent> fail;
  lower_limit<bytes> free;
  bool expect_writable = true;
  static options_of<disk_options> declared() {
    return options_of<disk_options>()
        .required("path", &disk_options::path, "What to measure.")
        .optional("warn", &disk_options::warn, "Warn at this share.")
        .optional("fail", &disk_options::fail, "Fail at this share.")
        .optional("free", &disk_options::free, "Limits on free space.")
        .optional("expect_writable", &disk_options::expect_writable, "Fail when mounted read-only.");
  }
};

enum class sqlite_mode { inspect, query, write };

}  // namespace telltale::fakes

template <>
struct telltale::choices<telltale::fakes::sqlite_mode> {
  static constexpr std::array<std::string_view, 3> names{"inspect", "query", "write"};
};

namespace telltale::fakes {

struct integrity_options {
  std::chrono::milliseconds every{0};
  static options_of<integrity_options> declared() {
    return options_of<integrity_options>().required("every", &integrity_options::every,
                                                    "Time between two runs of quick_check.");
  }
};

struct sqlite_options {
  file_path path;
  sqlite_mode mode = sqlite_mode::inspect;
  upper_limit<bytes> wal_backlog;
  upper_limit<std::chrono::milliseconds> writer_lock;
  std::optional<integrity_options> integrity;
  std::string query;
  std::uint64_t retries = 0;
  static options_of<sqlite_options> declared() {
    return options_of<sqlite_options>()
        .required("path", &sqlite_options::path, "The database.")
        .optional("mode", &sqlite_options::mode, "How to look at it.")
        .optional("wal_backlog", &sqlite_options::wal_backlog, "Limits on the backlog.")
        .optional("writer_lock", &sqlite_options::writer_lock, "Limits on the writer lock.")
        .optional("integrity", &sqlite_options::integrity, "Runs quick_check.")
        .optional("query", &sqlite_options::query, "A statement.")
        .optional("retries", &sqlite_options::retries, "How often to try again.");
  }
};

struct websocket_options {
  telltale::url url;
  std::string send;
  secret_map headers;
  static options_of<websocket_options> declared() {
    return options_of<websocket_options>()
        .required("url", &websocket_options::url, "The endpoint.")
        .optional("send", &websocket_options::send, "Text to send.")
        .optional("headers", &websocket_options::headers, "Headers.");
  }
};

struct marker_options {
  file_path path;
  std::vector<file_path> paths;
  std::string newer_than;
  text_map content;
  static options_of<marker_options> declared() {
    return options_of<marker_options>()
        .optional("path", &marker_options::path, "The file.")
        .optional("paths", &marker_options::paths, "Several files.")
        .optional("newer_than", &marker_options::newer_than, "How old it may be.")
        .optional("content", &marker_options::content, "JSON pointer to expected value.");
  }
};

/// A check without results; it allows a table without the real types.
template <class Options>
struct check final : blocking_check {
  explicit check(Options given) : options(std::move(given)) {}
  outcome probe(probe_context&) override { return outcome::pass("fine"); }
  Options options;
};

inline check_type disk() {
  return blocking_type<check<disk_options>, disk_options>(
      {.name = "disk", .summary = "Free space.", .measurements = {{"used_ratio", "Share used."}}});
}

inline check_type sqlite() {
  return blocking_type<check<sqlite_options>, sqlite_options>({.name = "sqlite", .summary = "A database."});
}

inline check_type websocket() {
  return blocking_type<check<websocket_options>, websocket_options>({.name = "websocket", .summary = "An endpoint."});
}

inline check_type marker() {
  return blocking_type<check<marker_options>, marker_options>({.name = "marker", .summary = "A file."});
}

inline const check_table& table() {
  static const check_table types{disk(), marker(), sqlite(), websocket()};
  return types;
}

/// A few variables, the same in every test.
inline std::optional<std::string> variables(std::string_view name) {
  if (name == "DATA_DIR") return "/data";
  if (name == "LEVEL") return "80%";
  if (name == "EMPTY") return "";
  if (name == "LINES") return "a\nb";
  if (name == "BINARY") return "\xff";
  if (name == "STRUCTURE") return "x, type: disk}";
  if (name == "SECRET") return "hunter2";
  return std::nullopt;
}

}  // namespace telltale::fakes
