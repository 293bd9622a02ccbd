// Declares the options of the grpc check and the rules between them. No I/O.
#include "grpc/options.hpp"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "base/ascii.hpp"
#include "base/utf8.hpp"
#include "base/words.hpp"

namespace telltale {
namespace grpc {
namespace {

constexpr std::size_t longest_service = 1024;

/// Headers of the call itself, and those of a connection, which HTTP/2 forbids (RFC 9113 section 8.2.2).
bool is_reserved(std::string_view name) {
  static constexpr std::string_view names[] = {"te",      "content-type",    "user-agent",        "content-length",
                                               "host",    "connection",      "transfer-encoding", "keep-alive",
                                               "upgrade", "proxy-connection"};
  return name.starts_with("grpc-") || std::ranges::find(names, name) != std::end(names);
}

/// The characters of Header-Name in gRPC over HTTP/2.
bool is_metadata_name(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || c == '-' || c == '_' || c == '.';
  });
}

bool is_authority(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return is_letter_or_digit(c) || std::string_view("-._~%:[]!$&'()*+,;=").find(c) != std::string_view::npos;
  });
}

/// "Custom-Metadata" of gRPC over HTTP/2: values may be joined with commas, with padding or without.
bool is_base64_list(std::string_view list) {
  const auto is_base64 = [](std::string_view text) {
    const auto digits = text.substr(0, text.find_last_not_of('=') + 1);
    return text.size() - digits.size() <= 2 && digits.size() % 4 != 1 &&
           std::ranges::all_of(digits, [](char c) { return is_letter_or_digit(c) || c == '+' || c == '/'; });
  };
  while (!list.empty())
    if (!is_base64(trimmed(take_until(list, ',')))) return false;
  return true;
}

void check_metadata(const secret_map& metadata, source_location at, problems& errors) {
  for (const auto& [name, value] : metadata) {
    auto problem = metadata_name_problem(name);
    const bool whole = value.secret.empty();
    // The rest of a secret is not known: base64 is judged when it is read.
    if (!problem && (whole || (!value.known_part().empty() && !name.ends_with("-bin"))))
      problem = metadata_value_problem(name, value.known_part() + (whole ? "" : "x"));
    if (problem) errors.add(at, "metadata: " + *problem);
  }
}

}  // namespace

std::optional<std::string> metadata_name_problem(const std::string& name) {
  if (!is_metadata_name(name)) return "a name consists of lower-case letters, digits and - _ .";
  if (is_reserved(name)) return fmt::format("{} is set by gRPC itself", name);
  return std::nullopt;
}

std::optional<std::string> metadata_value_problem(const std::string& name, const std::string& value) {
  if (value.empty()) return fmt::format("the value of {} is empty", name);
  if (std::ranges::any_of(value, [](char c) { return c < ' ' || c > '~'; }))
    return fmt::format("the value of {} has characters other than printable ASCII", name);
  if (name.ends_with("-bin") && !is_base64_list(value))
    return fmt::format("the value of {} is not base64, which a name with -bin needs", name);
  if (value.front() == ' ' || value.back() == ' ')
    return fmt::format("the value of {} starts or ends with a blank", name);
  return std::nullopt;
}

}  // namespace grpc

options_of<grpc_options> grpc_options::declared() {
  using self = grpc_options;
  return options_of<self>()
      .required("address", &self::address,
                "Where to connect: HOST:PORT, [IPV6]:PORT or unix:/path. At most 8 addresses of a name are tried.")
      .optional("service", &self::service,
                "The name to ask for, as in `package.Service`. Empty: the whole server, which some servers know only "
                "by the names of their services.")
      .optional("authority", &self::authority,
                "The virtual host (`:authority`), when it is not `server_name` or the host, with the port; `localhost` "
                "for a Unix socket.")
      .optional("metadata", &self::metadata,
                "Metadata of the call; names are in lower case, values are text, or secrets as {file: ...} or "
                "{env: ...}; a value of `NAME-bin` is given in base64.")
      .optional("tls", &self::tls, "Use TLS, with the options `ca_file` to `certificate`. Without it: HTTP/2 at once.")
      .include(&self::security)
      .include(&self::kept)
      .include(&self::network);
}

void grpc_options::validate(source_location at, problems& errors) const {
  using namespace grpc;
  const bool is_unix = address.kind == net::endpoint::kind_t::unix_socket;
  if (address.kind == net::endpoint::kind_t::udp) errors.add(at, "address: gRPC needs a connection; use HOST:PORT");
  if (service.size() > longest_service || valid_utf8(service) != service)
    errors.add(at, fmt::format("service: expected at most {} bytes of UTF-8", longest_service));
  if (service.starts_with('/')) errors.add(at, "service: the name has no slash in front, as in package.Service");
  if (authority && !is_authority(*authority))
    errors.add(at, "authority: expected a host name or an address, with an optional port");
  check_metadata(metadata, at, errors);
  if (!tls && security.any()) errors.add(at, "the TLS options, such as ca_file, need `tls: true`");
  if (tls && is_unix && !security.insecure && !security.server_name)
    errors.add(at, "tls: a Unix socket has no host name to verify; give server_name");
}

}  // namespace telltale
