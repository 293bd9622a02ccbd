// Parses secret references and reads secrets without exposing them in messages.
#include <cstdlib>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include <telltale/option_traits.hpp>

#include "api/file_error.hpp"
#include "base/ascii.hpp"
#include "base/small_file.hpp"

namespace telltale {
namespace {

constexpr std::size_t largest_secret = 64 * 1024;

std::string read_secret_file(const std::string& path) {
  auto file = read_small_file(path, largest_secret);
  if (!file.ok()) throw std::runtime_error(fmt::format("cannot read the secret in {}: {}", path, file_error(file)));
  return std::move(file.text);
}

/// An authentication scheme is followed by a blank, which YAML drops at the end of an unquoted value.
bool lacks_blank(std::string_view prefix) {
  const auto scheme = lower(prefix);
  return scheme == "bearer" || scheme == "basic" || scheme == "token";
}

std::optional<std::string> parse_prefix(const raw_value& value, std::string_view option, problems& errors) {
  const auto name = fmt::format("{}.prefix", option);
  const auto* text = detail::scalar_text(value, name, "text", errors);
  if (!text) return std::nullopt;
  if (!lacks_blank(*text)) return *text;
  errors.add(value.at, fmt::format("{}: {} has no blank before the secret - write {} with the quotes", name,
                                   value.shown(), value.expanded ? "it" : fmt::format("\"{} \"", *text)));
  return std::nullopt;
}

/// `{file: …}` or `{env: …}`, exactly one, with or without `prefix`.
std::optional<secret> parse_source(const raw_value& value, std::string_view option, problems& errors) {
  const auto before = errors.size();
  detail::check_keys(value, {"file", "env", "prefix"}, {}, {}, errors);
  const auto* file = value.find("file");
  const auto* source = file ? file : value.find("env");
  if (errors.size() == before && (!source || (file && value.find("env"))))
    errors.add(value.at, fmt::format("{}: expected exactly one of file and env", option));
  if (errors.size() != before) return std::nullopt;
  const auto* prefix = value.find("prefix");
  auto put_before = prefix ? parse_prefix(*prefix, option, errors) : std::string();
  const auto* text = detail::scalar_text(*source, option, "a file path or variable name", errors);
  if (!text || !put_before) return std::nullopt;
  if (text->empty() || text->find('\0') != std::string::npos) {
    errors.add(source->at, fmt::format("{}: {} must not be empty", option, file ? "file" : "env"));
    return std::nullopt;
  }
  return file ? secret::from_file(*text, std::move(*put_before))
              : secret::from_environment(*text, std::move(*put_before));
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
  return prefix_ + value;
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
  // The message does not contain the text: it is a secret written into the file.
  errors.add(value.at,
             fmt::format("{}: literal secrets are not accepted; use {{file: /path}} or {{env: NAME}}", option));
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
