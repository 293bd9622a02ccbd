// Reads both forms into the same parameters, and the parameters into a dsn.
#include "postgres/dsn.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "base/ascii.hpp"
#include "base/words.hpp"

namespace telltale::postgres {
namespace {

using parameters = std::map<std::string, std::string, std::less<>>;

/// Decodes %XX. Empty when a % begins no escape sequence, or stands for the byte 0.
std::optional<std::string> decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    out += text[i];
    if (text[i] != '%') continue;
    if (i + 2 >= text.size() || hex_value(text[i + 1]) < 0 || hex_value(text[i + 2]) < 0) return std::nullopt;
    out.back() = static_cast<char>(hex_value(text[i + 1]) << 4 | hex_value(text[i + 2]));
    if (out.back() == '\0') return std::nullopt;
    i += 2;
  }
  return out;
}

bool is_scheme(std::string_view scheme) {
  if (scheme.starts_with("jdbc:")) scheme.remove_prefix(5);
  const auto name = lower(scheme.substr(0, scheme.find('+')));  // behind + is the driver of SQLAlchemy
  return name == "postgresql" || name == "postgres";
}

/// Takes `[user[:password]@]`, as libpq does: up to the first @ before a slash.
std::string_view take_user(std::string_view& rest) {
  const auto at = rest.find('@');
  if (at == std::string_view::npos || at > rest.find('/')) return {};
  return take_until(rest, '@');
}

/// The host is in brackets if it is an IPv6 address.
void split_host(std::string_view text, std::string_view& host, std::string_view& port) {
  const bool bracketed = text.starts_with('[') && text.find(']') != std::string_view::npos;
  const auto end = bracketed ? text.find(']') + 1 : std::min(text.find(':'), text.size());
  host = bracketed ? text.substr(1, end - 2) : text.substr(0, end);
  port = text.substr(end).starts_with(':') ? text.substr(end + 1) : text.substr(end);
}

bool put(parameters& into, std::string_view name, std::string_view encoded) {
  const auto value = decoded(encoded);
  if (value && !value->empty()) into.insert_or_assign(std::string(name), *value);
  return value.has_value();
}

/// scheme://[user[:password]@][host][:port][/database][?name=value&...]
std::optional<parameters> read_url(std::string_view text, std::string& why) {
  auto rest = text.substr(text.find("://") + 3);
  if (!is_scheme(text.substr(0, text.find("://"))))
    return why = "is a URL of another kind than postgresql://", std::nullopt;
  parameters out;
  auto user = take_user(rest);
  auto head = rest.substr(0, rest.find('?'));
  auto query = rest.substr(std::min(head.size() + 1, rest.size()));
  std::string_view host, port;
  split_host(take_until(head, '/'), host, port);
  bool good = put(out, "user", take_until(user, ':')) && put(out, "password", user) && put(out, "host", host) &&
              put(out, "port", port) && put(out, "dbname", head);
  while (!query.empty()) {
    auto value = take_until(query, '&');
    const auto name = take_until(value, '=');
    good = put(out, name, value) && good;
  }
  if (!good) return why = "has a % that begins no escape sequence: write it as %25", std::nullopt;
  return out;
}

/// A value of libpq's keywords: in single quotes if it has blanks, with \ before a quote or a backslash.
bool take_value(std::string_view& rest, std::string& value) {
  const bool quoted = rest.starts_with('\'');
  if (quoted) rest.remove_prefix(1);
  for (; !rest.empty(); rest.remove_prefix(1)) {
    if (quoted ? rest.front() == '\'' : rest.front() == ' ') {
      rest.remove_prefix(1);
      return true;
    }
    if (rest.front() == '\\' && rest.size() > 1) rest.remove_prefix(1);
    value += rest.front();
  }
  return !quoted;
}

std::optional<parameters> read_keywords(std::string_view rest, std::string& why) {
  why = "is neither a URL such as postgresql://HOST/DATABASE nor of the form host=... dbname=...";
  parameters out;
  for (rest = trimmed(rest); !rest.empty(); rest = trimmed(rest)) {
    const auto equals = rest.find('=');
    if (equals == std::string_view::npos) return std::nullopt;
    const auto name = trimmed(rest.substr(0, equals));
    rest = trimmed(rest.substr(equals + 1));
    std::string value;
    if (name.empty() || name.find(' ') != std::string_view::npos || !take_value(rest, value)) return std::nullopt;
    out.insert_or_assign(std::string(name), std::move(value));
  }
  if (out.empty()) return std::nullopt;
  return out;
}

std::string value_of(const parameters& all, std::string_view name, std::string_view otherwise = "") {
  const auto found = all.find(name);
  return found == all.end() ? std::string(otherwise) : found->second;
}

bool read_address(const parameters& all, net::endpoint& into, std::string& why) {
  const auto host = value_of(all, "host", value_of(all, "hostaddr", "/var/run/postgresql"));
  const auto port = value_of(all, "port", "5432");
  if (host.find(',') != std::string::npos || port.find(',') != std::string::npos)
    return why = "names several hosts: check each of them, with `address`", false;
  const auto number = number_in<std::uint16_t>(port).value_or(0);
  const bool is_socket = host.starts_with('/');
  into = {net::endpoint::kind_t::tcp, host, number, ""};
  if (is_socket) into = {net::endpoint::kind_t::unix_socket, "", 0, fmt::format("{}/.s.PGSQL.{}", host, number)};
  std::string ignored;
  if (number > 0 && (is_socket ? net::parse_endpoint(net::to_text(into), ignored).has_value() : net::is_host(host)))
    return true;
  return why = "names no valid host and port: a special character in its user or password is written as %XX", false;
}

bool read_ssl(const parameters& all, dsn& into, std::string& why) {
  struct row {
    std::string_view name;
    ssl_mode mode;
  };
  static constexpr std::array<row, 8> modes{{{"disable", ssl_mode::disable},
                                             {"false", ssl_mode::disable},
                                             {"allow", ssl_mode::prefer},
                                             {"prefer", ssl_mode::prefer},
                                             {"require", ssl_mode::require},
                                             {"true", ssl_mode::verify_full},
                                             {"verify-ca", ssl_mode::verify_ca},
                                             {"verify-full", ssl_mode::verify_full}}};
  const auto wanted = value_of(all, "sslmode", value_of(all, "ssl", "prefer"));  // asyncpg and JDBC have `ssl`
  const auto* const found = std::ranges::find(modes, lower(wanted), &row::name);
  if (found == modes.end()) return why = "has an unknown sslmode", false;
  into.ssl = found->mode;
  const auto file = [&](std::string_view name) {
    const auto path = value_of(all, name);
    return path.empty() || path == "system" ? std::nullopt : std::optional(file_path{path});
  };
  into.ca_file = file("sslrootcert");
  into.cert_file = file("sslcert");
  into.key_file = file("sslkey");
  // libpq verifies the chain when it has been given an authority ("Client Verification of Server Certificates").
  if (into.ssl == ssl_mode::require && into.ca_file) into.ssl = ssl_mode::verify_ca;
  return true;
}

server_role read_role(const parameters& all) {
  const auto wanted = value_of(all, "target_session_attrs");
  if (wanted == "primary" || wanted == "read-write") return server_role::primary;
  return wanted == "standby" ? server_role::standby : server_role::any;
}

/// Whether messages may contain the value of this parameter.
bool may_be_shown(std::string_view name) {
  static constexpr std::array<std::string_view, 10> names{"host",    "hostaddr", "port",        "user",    "dbname",
                                                          "sslmode", "ssl",      "sslrootcert", "sslcert", "sslkey"};
  return std::ranges::find(names, name) != names.end();
}

}  // namespace

std::optional<dsn> parse_dsn(std::string_view text, std::string& why) {
  if (text.find('\0') != std::string_view::npos) return why = "contains a byte 0", std::nullopt;
  const bool is_url = text.find("://") < text.find('=');
  const auto all = is_url ? read_url(text, why) : read_keywords(text, why);
  dsn out;
  if (!all || !read_address(*all, out.address, why) || !read_ssl(*all, out, why)) return std::nullopt;
  out.user = value_of(*all, "user");
  out.password = value_of(*all, "password");
  out.database = value_of(*all, "dbname");
  out.options = value_of(*all, "options");
  out.role = read_role(*all);
  for (const auto& [name, value] : *all)
    if (!may_be_shown(name) && value.size() >= shortest_secret_part) out.hidden.push_back(value);
  return out;
}

}  // namespace telltale::postgres
