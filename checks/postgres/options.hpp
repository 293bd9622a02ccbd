// The options of the postgres check and the rules between them.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <telltale/option.hpp>
#include <telltale/option_group.hpp>

#include "expect/expectation.hpp"
#include "net/endpoint.hpp"
#include "net/kept_connection.hpp"
#include "net/network_options.hpp"
#include "net/tls_options.hpp"

namespace telltale {
namespace postgres {

enum class probe_mode : std::uint8_t { query, ready };
enum class server_role : std::uint8_t { any, primary, standby };

/// How far a standby may be behind its primary.
struct lag_limits {
  upper_limit<bytes> size;
  upper_limit<std::chrono::milliseconds> time;
  static options_of<lag_limits> declared();
};

/// Whether the configuration sets a bound.
template <class T>
bool is_set(const upper_limit<T>& limit) {
  return limit.warn || limit.fail;
}

}  // namespace postgres

struct postgres_options {
  std::optional<secret> dsn;
  std::optional<net::endpoint> address;
  std::optional<std::string> user;
  std::optional<secret> password;
  std::optional<std::string> database;
  postgres::probe_mode mode = postgres::probe_mode::query;
  std::optional<std::string> query;
  std::optional<expectation> expect;
  postgres::server_role role = postgres::server_role::any;
  upper_limit<percent> connections;
  std::optional<postgres::lag_limits> replication_lag;
  upper_limit<std::chrono::milliseconds> oldest_transaction;
  upper_limit<std::uint64_t> lock_waits;
  std::optional<bool> tls;
  net::tls_options security;
  net::reconnect_options kept;
  net::network_options network;

  static options_of<postgres_options> declared();
  void validate(source_location at, problems& errors) const;
  std::vector<option_hint> hints() const;
};

template <>
struct choices<postgres::probe_mode> {
  static constexpr std::array<std::string_view, 2> names{"query", "ready"};
};
template <>
struct choices<postgres::server_role> {
  static constexpr std::array<std::string_view, 3> names{"any", "primary", "standby"};
};

}  // namespace telltale
