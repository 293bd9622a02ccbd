// Reads the files that a configuration names and reports problems at the source location of the option.
#include "app/named_files.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <utility>

#include <fmt/format.h>

#include "http_server/tls.hpp"
#include "runner/loop_runner.hpp"

namespace telltale {

std::string read_token(const config& c, problems& refused) try {
  return c.server.token ? c.server.token->reveal() : std::string();
} catch (const std::exception& e) {
  refused.add(c.server_at.token, fmt::format("token: {}", e.what()));
  return {};
}

std::optional<tls_files> tls_files_of(const config& c) {
  if (!c.server.tls) return std::nullopt;
  return tls_files{c.server.tls->cert.text, c.server.tls->key.text};
}

void add_tls_problem(const config& c, const tls_file_error& error, problems& refused) {
  refused.add(error.which() == tls_file_error::file::cert ? c.server_at.cert : c.server_at.key, error.what());
}

config_errors errors_of(const config& c, const problems& found) {
  auto list = found.list();
  std::sort(list.begin(), list.end());
  return {c.source, "", std::move(list)};
}

named_files_report check_named_files(const config& c) {
  named_files_report out;
  read_token(c, out.refused);
  for (const auto& check : c.checks) try {
      build_async_check(check);
    } catch (const std::exception& e) {
      out.refused.add(check.at, e.what());
    }
  if (const auto files = tls_files_of(c)) try {
      const auto loaded = make_tls_context(*files);
      const auto warning = validity_warning(*loaded, *files, std::chrono::system_clock::now());
      if (!warning.empty()) out.warnings.add(c.server_at.cert, "warning: " + warning);
    } catch (const tls_file_error& error) {
      add_tls_problem(c, error, out.refused);
    }
  return out;
}

}  // namespace telltale
