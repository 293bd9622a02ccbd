// Implements the parsing of request targets.
#include "routes/target.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "base/words.hpp"

namespace telltale {
namespace {

std::optional<std::string> percent_decoded(std::string_view text) {
  if (text.find('%') == std::string_view::npos) return std::string(text);
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const int high = hex_value(text[i + 1]);
    const int low = hex_value(text[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

bool must_be_encoded(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte <= 0x20 || byte >= 0x7F || c == '#';
}

bool read_parameter(std::string_view parameter, parsed_target& into) {
  const auto key = percent_decoded(take_until(parameter, '='));
  auto value = percent_decoded(parameter);
  if (!key || !value) return false;
  if (*key == "verbose") into.verbose = true;
  if (*key == "help") into.help = true;
  if (*key == "gate") into.gate = true;
  if (*key == "only" && !value->empty()) into.only.push_back(*value);
  if (*key == "exclude" && !value->empty()) into.excluded.push_back(std::move(*value));
  return true;
}

}  // namespace

std::optional<parsed_target> parse_target(std::string_view target) {
  if (!target.starts_with('/') || std::any_of(target.begin(), target.end(), must_be_encoded)) return std::nullopt;
  parsed_target out;
  auto path = percent_decoded(take_until(target, '?'));
  if (!path) return std::nullopt;
  out.path = std::move(*path);
  while (!target.empty())
    if (!read_parameter(take_until(target, '&'), out)) return std::nullopt;
  return out;
}

}  // namespace telltale
