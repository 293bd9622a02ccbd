// One table by SQLSTATE, and one by the texts of PgBouncer, which gives most of its errors the same code.
#include "postgres/explain.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "net/explain.hpp"
#include "net/spoken_protocol.hpp"

namespace telltale::postgres {
namespace {

struct error_row {
  std::string_view key;  ///< the start of a SQLSTATE, or a part of a text
  reason why;
  std::string_view words;
};

/// Single codes before their classes.
constexpr std::array<error_row, 21> by_code{{
    {"57P01", reason::refused, "the server ends the connection"},
    {"57P02", reason::refused, "the server ends all connections after a crash"},
    {"57P03", reason::loading, "the server is not ready"},
    {"57014", reason::timeout, "the server cancelled the query"},
    {"28P01", reason::auth, "the server does not accept the password"},
    {"28", reason::auth, "the server refuses the login"},
    {"3D", reason::missing, "the database does not exist"},
    {"53100", reason::full, "the server's disk is full"},
    {"53200", reason::overload, "the server is out of memory"},
    {"53300", reason::overload, "the server has no connection left"},
    {"53", reason::overload, "the server lacks resources"},
    {"25006", reason::readonly, "the query would write, and the check only reads"},
    {"42501", reason::denied, "the role lacks a privilege"},
    {"42", reason::mismatch, "the server rejects the query"},
    {"21", reason::mismatch, "the query fails"},
    {"22", reason::mismatch, "the query fails"},
    {"0A", reason::mismatch, "the server does not support this"},
    {"55P03", reason::locked, "a lock is not available"},
    {"XX00", reason::corrupt, "the database is damaged, or the server has an error"},
    {"58", reason::corrupt, "the server has an I/O error"},
    {"08", reason::protocol, "the server declines the connection"},
}};

/// PgBouncer 1.18 sends these with 08P01.
constexpr std::array<error_row, 11> by_text{{
    {"SASL authentication failed", reason::auth, "the pool does not accept the password"},
    {"authentication failed for user", reason::refused, "the pool cannot log in to its server"},
    {"password authentication failed", reason::auth, "the pool does not accept the password"},
    {"no such database", reason::missing, "the pool does not know the database"},
    {"no more connections allowed", reason::overload, "the pool has no connection left"},
    {"query_wait_timeout", reason::overload, "the pool had no connection to its server in time"},
    {"server login failed", reason::refused, "the pool cannot log in to its server"},
    {"server_login_retry", reason::refused, "the pool cannot log in to its server"},
    {"cannot connect to server", reason::refused, "the pool cannot reach its server"},
    {"server login has been failing", reason::refused, "the pool cannot log in to its server"},
    {"pgbouncer is shutting down", reason::refused, "the pool shuts down"},
}};

const error_row* row_of(const server_error& error) {
  if (error.code == "08P01")
    for (const auto& each : by_text)
      if (error.text.find(each.key) != std::string::npos) return &each;
  const auto* const found =
      std::ranges::find_if(by_code, [&](const error_row& each) { return error.code.starts_with(each.key); });
  return found == by_code.end() ? nullptr : found;
}

}  // namespace

finding explain_error(const server_error& error, const secret_list& secrets) {
  constexpr std::size_t longest = 200, longest_code = 5;
  const auto* const known = row_of(error);
  const bool leaves = error.code == "57P03" && error.text.find("shutting down") != std::string::npos;
  const auto why = leaves ? reason::refused : known ? known->why : reason::refused;
  const auto words = leaves ? "the server shuts down" : known ? known->words : "the server reports an error";
  return net::failure(why, fmt::format("{}: '{}' ({})", words, shown_peer_text(error.text, secrets, longest),
                                       shown_peer_text(error.code, secrets, longest_code)));
}

bool refuses_only_the_login(std::string_view sqlstate) {
  return sqlstate.starts_with("28") || sqlstate.starts_with("3D") || sqlstate == "42501";
}

bool ends_connection(std::string_view sqlstate) { return sqlstate.starts_with("57P") && sqlstate != "57P03"; }

finding explain_other_protocol(std::string_view first_bytes, const secret_list& secrets) {
  if (net::begins_tls(first_bytes) == net::begins::yes)
    return net::failure(reason::protocol, "the server speaks TLS on this port, not PostgreSQL");
  const auto spoken = net::spoken_protocol(first_bytes);
  if (!spoken.empty())
    return net::failure(reason::protocol, fmt::format("the server speaks {} on this port, not PostgreSQL", spoken));
  return net::failure(reason::protocol, fmt::format("the server does not speak PostgreSQL: it sent '{}'",
                                                    shown_peer_text(first_bytes, secrets)));
}

}  // namespace telltale::postgres
