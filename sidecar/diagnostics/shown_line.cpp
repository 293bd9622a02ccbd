// Truncates lines, replaces unprintable characters and computes display widths.
#include "diagnostics/shown_line.hpp"

#include <array>
#include <cstdint>
#include <vector>

#include "base/printable.hpp"
#include "base/utf8.hpp"

namespace telltale {
namespace {

constexpr std::size_t cells_before = 60;
constexpr std::size_t cells_after = 40;

struct code_points {
  std::uint32_t first, last;
};
/// East Asian wide and fullwidth, and emoji (Unicode UAX #11), coarsely: a caret may be one cell off in rare scripts.
constexpr auto wide = std::to_array<code_points>({{0x1100, 0x115F},
                                                  {0x2E80, 0xA4CF},
                                                  {0xAC00, 0xD7A3},
                                                  {0xF900, 0xFAFF},
                                                  {0xFE30, 0xFE6F},
                                                  {0xFF00, 0xFF60},
                                                  {0xFFE0, 0xFFE6},
                                                  {0x1F300, 0x1F64F},
                                                  {0x1F900, 0x1F9FF},
                                                  {0x20000, 0x3FFFD}});
constexpr auto zero = std::to_array<code_points>({{0x300, 0x36F}, {0x200B, 0x200F}, {0xFE00, 0xFE0F}});

template <std::size_t N>
bool is_in(std::uint32_t c, const std::array<code_points, N>& ranges) {
  for (const auto& r : ranges)
    if (c >= r.first && c <= r.last) return true;
  return false;
}

struct cell_text {
  std::string text;
  std::size_t width = 1;
};

/// Removes one character from the front.
cell_text next_cell(std::string_view& rest) {
  const auto length = utf8_length(rest);
  const auto character = rest.substr(0, length == 0 ? 1 : length);
  rest.remove_prefix(character.size());
  if (length == 0) return {"?", 1};
  if (character == "\t") return {" ", 1};
  if (is_unprintable(character)) return {"?", 1};
  const auto c = code_point(character);
  return {std::string(character), is_in(c, zero) ? 0u : is_in(c, wide) ? 2u : 1u};
}

}  // namespace

line_excerpt shown_line(std::string_view line, int column) {
  std::vector<cell_text> before;
  for (int i = 1; i < column && !line.empty(); ++i) {
    // Only the last cells are shown, so the start of a long line is not stored.
    if (before.size() >= 4 * cells_before) before.erase(before.begin(), before.end() - 2 * cells_before);
    before.push_back(next_cell(line));
  }
  line_excerpt out;
  auto first = before.size();
  for (std::size_t used = 0; first > 0 && used + before[first - 1].width <= cells_before; --first)
    used += before[first - 1].width;
  if (first > 0) out = {"…", 1};
  for (; first < before.size(); ++first) {
    out.text += before[first].text;
    out.caret += before[first].width;
  }
  std::size_t used = 0;
  while (!line.empty() && used < cells_after) {
    const auto cell = next_cell(line);
    out.text += cell.text;
    used += cell.width;
  }
  if (!line.empty()) out.text += "…";
  return out;
}

}  // namespace telltale
