// Recognises HTML, XML, byte order marks, plain text and NaN.
#include "expect/not_json.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/ascii.hpp"
#include "base/printable.hpp"

namespace telltale {
namespace {

bool is_not_a_number(std::string_view word) {
  constexpr std::array<std::string_view, 3> words{"nan", "inf", "infinity"};
  return std::ranges::any_of(words, [&](auto known) { return equal_ignoring_case(word, known); });
}

/// The end of the string that starts at `from`, behind its closing quote.
std::size_t end_of_string(std::string_view text, std::size_t from) {
  for (auto i = from + 1; i < text.size(); ++i) {
    if (text[i] == '\\') ++i;
    else if (text[i] == '"') return i + 1;
  }
  return text.size();
}

/// Whether the text starts with a printable character that starts no JSON object, list or string.
bool begins_as_plain_text(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return false;
  const auto c = static_cast<unsigned char>(text[first]);
  const bool first_of_utf8 = c >= 0xC2 && c <= 0xF4;
  return (c > 0x20 && c < 0x7F && std::string_view("{[\"").find(text[first]) == std::string_view::npos) ||
         first_of_utf8;
}

bool begins_with(std::string_view text, std::string_view lower_case) {
  return text.size() >= lower_case.size() && equal_ignoring_case(text.substr(0, lower_case.size()), lower_case);
}

std::size_t find_ignoring_case(std::string_view text, std::string_view lower_case) {
  const auto same = [](char a, char b) { return lower(a) == b; };
  return static_cast<std::size_t>(std::search(text.begin(), text.end(), lower_case.begin(), lower_case.end(), same) -
                                  text.begin());
}

/// The title of an HTML page, which tells a proxy's error page from an application; empty when it has none.
std::string title_of(std::string_view page) {
  constexpr std::string_view begin = "<title>";
  page.remove_prefix(find_ignoring_case(page, begin));
  if (page.empty()) return {};
  page.remove_prefix(begin.size());
  const auto inside = page.substr(0, page.find('<'));
  const auto first = inside.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  const auto last = inside.find_last_not_of(" \t\r\n");
  return shortened(printable(inside.substr(first, last - first + 1), ' '), 64);
}

/// "is an HTML page" and the like; empty for a text that is not markup.
std::string markup(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
  if (begins_with(text, "<?xml")) return "is XML, expected JSON";
  constexpr std::array<std::string_view, 5> tags{"<!doctype html", "<html", "<head", "<body", "<!--"};
  if (std::ranges::none_of(tags, [&](auto tag) { return begins_with(text, tag); })) return {};
  const auto title = title_of(text);
  return title.empty() ? "is an HTML page, expected JSON"
                       : fmt::format("is an HTML page (\"{}\"), expected JSON", title);
}

}  // namespace

std::string known_mistake(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF"))
    return "starts with a byte order mark, which JSON must not have; write it as UTF-8 without BOM";
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) return "is UTF-16, expected JSON in UTF-8";
  if (auto known = markup(text); !known.empty()) return known;
  return begins_as_plain_text(text) ? "is plain text, expected JSON" : "";
}

std::string without_not_a_number(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    auto end = i + 1;
    if (text[i] == '"') end = end_of_string(text, i);
    else if (is_letter(text[i]))
      end = static_cast<std::size_t>(
          std::find_if_not(text.begin() + static_cast<std::ptrdiff_t>(i), text.end(), is_letter) - text.begin());
    const auto part = text.substr(i, end - i);
    if (is_not_a_number(part)) out += '0';
    else out += part;
    i = end;
  }
  return out;
}

}  // namespace telltale
