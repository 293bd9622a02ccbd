// Reads the copy's header and looks for side files.
#include "sqlite/copy_file.hpp"

#include <unistd.h>

#include <array>
#include <cerrno>

#include "sqlite/encrypted_header.hpp"

namespace telltale::sqlite {
namespace {

/// A copied database file is incomplete while its log or journal is still beside it.
std::string unfinished_beside(const std::string& path) {
  for (const auto* suffix : {"-wal", "-journal"})
    if (const auto beside = stat_and_open(path + suffix).state; beside.exists && beside.facts.size > 0)
      return path + suffix;
  return "";
}

}  // namespace

copy_seen observe_copy(const std::string& path, bool encrypted) {
  copy_seen out{path, {}, {}, {}};
  auto target = path;
  auto opened = stat_and_open_target(target);
  out.file = opened.state;
  if (!opened.file) return out;
  std::array<std::byte, database_header_bytes> start{};
  update_facts(opened.file.get(), out.file);
  const auto got = ::pread(opened.file.get(), start.data(), start.size(), 0);
  if (got < 0) out.file.error = errno;
  else {
    const auto bytes = byte_view(start).first(static_cast<std::size_t>(got));
    out.header = encrypted ? parse_encrypted_header(bytes) : parse_database_header(bytes);
  }
  out.unfinished = unfinished_beside(target);
  return out;
}

}  // namespace telltale::sqlite
