// Pairs are found by their digits; which backslash begins an escape is known from the start of the scalar only.
#include "yaml/escapes.hpp"

#include <charconv>

#include "yaml/token.hpp"

namespace telltale::yaml {
namespace {

constexpr std::size_t escape_size = 6;

/// The code of a `\uXXXX` at `pos`; 0 when there is none.
std::uint32_t code_at(std::string_view text, std::size_t pos) {
  const auto escape = text.substr(pos, escape_size);
  std::uint32_t code = 0;
  if (escape.size() < escape_size || !escape.starts_with("\\u")) return 0;
  const auto* end = escape.data() + escape.size();
  return std::from_chars(escape.data() + 2, end, code, 16).ptr == end ? code : 0;
}

void replace_pairs(std::string& out, std::size_t begin, std::size_t end) {
  for (auto i = begin; i < end; ++i) {
    if (out[i] != '\\') continue;
    if (surrogate_pair(out, i)) out[i + 2] = out[i + escape_size + 2] = '0';
    ++i;
  }
}

}  // namespace

std::optional<std::uint32_t> surrogate_pair(std::string_view text, std::size_t pos) {
  const auto high = code_at(text, pos);
  if (high < 0xD800 || high > 0xDBFF) return std::nullopt;
  const auto low = code_at(text, pos + escape_size);
  if (low < 0xDC00 || low > 0xDFFF) return std::nullopt;
  return 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
}

std::optional<std::string> without_surrogates(std::string_view text, const std::vector<std::uint32_t>& scalars) {
  if (text.find("\\ud") == std::string_view::npos && text.find("\\uD") == std::string_view::npos) return std::nullopt;
  std::string out(text);
  for (const auto pos : scalars)
    if (text[pos] == '"') replace_pairs(out, pos, scan_quoted(text, pos, context::flow, 0).end);
  return out;
}

}  // namespace telltale::yaml
