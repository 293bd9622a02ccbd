// Runs of the postgres check against a server: one, or several of the same check, one after the other.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "fakes/network_peer.hpp"

namespace telltale::checks {
check_type postgres();
}

namespace telltale::fakes {

/// A check and what it needs between its runs. The loop runs only during a run, as nothing is to be pending between
/// two.
class postgres_runs {
 public:
  explicit postgres_runs(options chosen, tcp::endpoint server = {}) : postgres_runs(make(std::move(chosen)), server) {}
  explicit postgres_runs(std::shared_ptr<async_check> check, tcp::endpoint server = {}) : check_(std::move(check)) {
    names_.answer.endpoints = {server};
  }
  outcome run(std::chrono::milliseconds timeout = 10s) { return probe_once(io_, check_, names_, timeout, {}); }

  static std::shared_ptr<async_check> make(options chosen) { return make_check(checks::postgres(), std::move(chosen)); }

 private:
  asio::io_context io_;
  fixed_resolver names_;
  std::shared_ptr<async_check> check_;
};

/// {env: NAME} with this value.
inline raw_value secret_text(const std::string& value, const char* name = "TELLTALE_TEST_SECRET") {
  ::setenv(name, value.c_str(), 1);
  return map_of({{"env", text(name)}});
}

/// Empty when the text contains the part; otherwise the text, so that a failing test shows it.
inline std::string missing(const std::string& text, std::string_view part) { return contains(text, part) ? "" : text; }

inline std::string described(const outcome& found) {
  return std::string(to_string(found.verdict)) + " " + std::string(to_string(found.reason)) + ": " + found.message;
}

}  // namespace telltale::fakes
