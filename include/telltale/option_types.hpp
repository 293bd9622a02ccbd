// Value types of options: file paths, URLs, secrets.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace telltale {

/// A file-system path as written. Parsing does not access the file system: any path may be on a mount that hangs.
struct file_path {
  std::string text;
  friend auto operator<=>(const file_path&, const file_path&) = default;
};

/// A parsed absolute URL (RFC 3986). Credentials in the URL are rejected: use a secret header.
struct url {
  std::string text;        ///< as written
  std::string scheme;      ///< lower case
  std::string host;        ///< without the brackets of an IPv6 literal
  std::uint16_t port = 0;  ///< the scheme's default when not written: ws/http 80, wss/https 443
  std::string target;      ///< path and query as sent on the wire, at least "/"
  friend bool operator==(const url&, const url&) = default;
};

/// The source of a secret: `{file: /run/secrets/token}` or `{env: NAME}`, with an optional `prefix` before the value,
/// as in `{env: NAME, prefix: "Bearer "}`. The value is read on demand and is never part of a message. Trailing line
/// breaks are dropped. The configuration does not accept literal secrets.
class secret {
 public:
  secret() = default;
  static secret from_file(std::string path, std::string prefix = "") {
    return secret(source_t::file, std::move(path), std::move(prefix));
  }
  static secret from_environment(std::string name, std::string prefix = "") {
    return secret(source_t::environment, std::move(name), std::move(prefix));
  }

  bool empty() const { return source_ == source_t::none; }
  /// The prefix and the value: a regular file of at most 64 KiB, or the variable. Throws std::runtime_error with a
  /// sentence that names the source but not the value. May block on a bad file system: not for use inside a probe.
  std::string reveal() const;
  /// The prefix of the value. It is written in the configuration, so it is not a secret.
  const std::string& prefix() const { return prefix_; }
  /// "file /run/secrets/token" or "environment variable NAME".
  std::string describe() const;
  friend bool operator==(const secret&, const secret&) = default;

 private:
  enum class source_t { none, file, environment };
  secret(source_t source, std::string where, std::string prefix)
      : source_(source), where_(std::move(where)), prefix_(std::move(prefix)) {}
  source_t source_ = source_t::none;
  std::string where_;
  std::string prefix_;
};

/// A header value or similar: literal text, or a secret.
struct text_or_secret {
  std::string text;
  telltale::secret secret;
  std::string reveal() const { return secret.empty() ? text : secret.reveal(); }
  /// The part that is known without reading a secret: the text, or the secret's prefix.
  const std::string& known_part() const { return secret.empty() ? text : secret.prefix(); }
  friend bool operator==(const text_or_secret&, const text_or_secret&) = default;
};

/// Named texts, e.g. HTTP headers or JSON pointer -> expected value, in the order of their names.
using text_map = std::map<std::string, std::string>;
using secret_map = std::map<std::string, text_or_secret>;

}  // namespace telltale
