// Secrets: where they may come from, and reading them without ever showing them.
#include <cstdlib>
#include <cstring>
#include <stdexcept>

#include <fmt/format.h>

#include <telltale/option_traits.hpp>

#include "api/open_error.hpp"
#include "base/small_file.hpp"

namespace telltale {
namespace {

constexpr std::size_t largest_secret = 64 * 1024;

std::string read_secret_file(const std::string& path) {
  auto refuse = [&](std::string_view why) -> std::runtime_error {
    return std::runtime_error(fmt::format("cannot read the secret in {}: {}", path, why));
  };
  auto file = read_small_file(path, largest_secret);
  switch (file.what) {
    case small_file::fault::none:
      return std::move(file.text);
    case small_file::fault::open:
      throw refuse(open_error(file.error));
    case small_file::fault::not_regular:
      throw refuse("it is not a regular file");
    case small_file::fault::too_large:
      throw refuse("it is larger than 64 KiB");
    case small_file::fault::stat:
    case small_file::fault::read:
      break;
  }
  throw refuse(std::strerror(file.error));
}

/// `{file: …}` or `{env: …}`, exactly one.
std::optional<secret> parse_source(const raw_value& value, std::string_view option, problems& errors) {
  const auto before = errors.size();
  detail::check_keys(value, {"file", "env"}, {}, {}, errors);
  if (errors.size() == before && value.members.size() != 1)
    errors.add(value.at, fmt::format("{}: expected exactly one of file and env", option));
  if (errors.size() != before) return std::nullopt;
  const auto& source = value.members.front();
  const auto* text = detail::scalar_text(source.value, option, "a file path or variable name", errors);
  if (!text) return std::nullopt;
  if (text->empty() || text->find('\0') != std::string::npos) {
    errors.add(source.value.at, fmt::format("{}: {} must not be empty", option, source.key));
    return std::nullopt;
  }
  return source.key == "file" ? secret::from_file(*text) : secret::from_environment(*text);
}

}  // namespace

std::string secret::reveal() const {
  std::string value;
  if (source_ == source_t::file) {
    value = read_secret_file(where_);
  } else if (source_ == source_t::environment) {
    const char* found = std::getenv(where_.c_str());
    if (!found) throw std::runtime_error(fmt::format("the secret's environment variable {} is not set", where_));
    value = found;
  }
  while (!value.empty() && (value.back() == '\n' || value.back() == '\r')) value.pop_back();
  if (value.empty()) throw std::runtime_error(fmt::format("the secret from {} is empty", describe()));
  return value;
}

std::string secret::describe() const {
  switch (source_) {
    case source_t::file:
      return "file " + where_;
    case source_t::environment:
      return "environment variable " + where_;
    case source_t::none:
      break;
  }
  return "nowhere";
}

option_shape option_traits<secret>::shape() { return {option_kind::secret, {}, {}, {}}; }
std::optional<secret> option_traits<secret>::parse(const raw_value& value, std::string_view option, problems& errors) {
  if (value.kind == raw_value::kind_t::map) return parse_source(value, option, errors);
  // The text is not repeated: somebody has just written a secret into the file.
  errors.add(value.at, fmt::format("{}: a secret is not written here; use {{file: /path}} or {{env: NAME}}", option));
  return std::nullopt;
}
std::string option_traits<secret>::text(const secret&) { return ""; }

option_shape option_traits<text_or_secret>::shape() {
  return {option_kind::text, {}, {option_traits<secret>::shape()}, {}};
}
std::optional<text_or_secret> option_traits<text_or_secret>::parse(const raw_value& value, std::string_view option,
                                                                   problems& errors) {
  if (value.kind == raw_value::kind_t::scalar) return text_or_secret{value.text, {}};
  if (value.kind != raw_value::kind_t::map) {
    detail::wrong_value(value, option, "text, {file: /path} or {env: NAME}", errors);
    return std::nullopt;
  }
  auto source = parse_source(value, option, errors);
  return source ? std::optional(text_or_secret{{}, *source}) : std::nullopt;
}
std::string option_traits<text_or_secret>::text(const text_or_secret&) { return ""; }

}  // namespace telltale
