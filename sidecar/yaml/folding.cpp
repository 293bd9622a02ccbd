// Line folding and the escapes of double quotes.
#include "yaml/folding.hpp"

#include <cstdint>
#include <utility>

#include "yaml/escapes.hpp"

namespace telltale::yaml {
namespace {

/// Lines of this length were folded by a dumper, which had no choice of where.
constexpr std::size_t long_line = 72;

bool is_marker(std::string_view text, std::size_t line) {
  const auto mark = text.substr(line, 3);
  return (mark == "---" || mark == "...") && blank_or_break(text, line + 3);
}

/// Whether a plain scalar may go on with the line whose text starts at `pos`.
bool goes_on(std::string_view text, std::size_t pos, const token& line) {
  if (text[pos] == '#' || text[pos] == '\t') return false;
  if (line.end == pos && line.closed) return false;  // it starts with a colon, comma or bracket
  return text[skip_blanks(text, line.end)] != ':';
}

void append_utf8(std::string& out, std::uint32_t c) {
  const auto tail = [c](int shift) { return static_cast<char>(0x80 | ((c >> shift) & 0x3F)); };
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += {static_cast<char>(0xC0 | (c >> 6)), tail(0)};
  } else if (c < 0x10000) {
    out += {static_cast<char>(0xE0 | (c >> 12)), tail(6), tail(0)};
  } else {
    out += {static_cast<char>(0xF0 | (c >> 18)), tail(12), tail(6), tail(0)};
  }
}

/// Section 5.7. Nothing for the escapes with digits.
std::optional<std::uint32_t> letter_escape(char letter) {
  constexpr std::string_view letters = "0abtnvfreN_LP";
  constexpr std::uint32_t meanings[] = {0, 7, 8, 9, 10, 11, 12, 13, 27, 0x85, 0xA0, 0x2028, 0x2029};
  const auto index = letters.find(letter);
  if (index != std::string_view::npos) return meanings[index];
  const auto digits = hex_digits_of(letter);
  return digits == 0 ? std::optional<std::uint32_t>(static_cast<unsigned char>(letter)) : std::nullopt;
}

class folder {
 public:
  folder(std::string_view source, std::size_t pos, std::size_t end) : source_(source), pos_(pos), end_(end) {
    out_.lines.push_back({0, pos});
  }

  folded_scalar run() && {
    const char quote = is_quote(source_[pos_]) ? source_[pos_] : '\0';
    if (quote != '\0') ++pos_, --end_;
    while (pos_ < end_) take(quote);
    return std::move(out_);
  }

 private:
  void take(char quote);
  void take_escape();
  void take_breaks(bool escaped);

  std::string_view source_;
  std::size_t pos_;
  std::size_t end_;
  std::size_t kept_ = 0;  ///< the length of the text without blanks that a line break would drop
  folded_scalar out_;
};

void folder::take(char quote) {
  const char c = source_[pos_];
  if (c == '\n') return take_breaks(false);
  if (quote == '"' && c == '\\') return take_escape();
  out_.text += c;
  if (!is_blank(c)) kept_ = out_.text.size();
  pos_ += quote == '\'' && c == '\'' ? 2 : 1;
}

void folder::take_escape() {
  const char letter = source_[pos_ + 1];
  if (letter == '\n') {
    ++pos_;
    return take_breaks(true);
  }
  if (const auto pair = surrogate_pair(source_, pos_)) {
    append_utf8(out_.text, *pair);
    pos_ += surrogate_pair_size;
    kept_ = out_.text.size();
    return;
  }
  pos_ += 2;
  if (const auto meaning = letter_escape(letter)) {
    append_utf8(out_.text, *meaning);
  } else {
    const auto digits = hex_digits_of(letter);
    append_utf8(out_.text,
                static_cast<std::uint32_t>(std::stoul(std::string(source_.substr(pos_, digits)), nullptr, 16)));
    pos_ += digits;
  }
  kept_ = out_.text.size();  // a blank that was escaped stays
}

/// The line break at `pos_` and the empty lines after it. An escaped one (section 7.3.1) joins the lines as they are.
void folder::take_breaks(bool escaped) {
  if (!escaped) out_.text.resize(kept_);
  std::size_t breaks = 0;
  for (; pos_ < end_ && (source_[pos_] == '\n' || is_blank(source_[pos_])); ++pos_)
    if (source_[pos_] == '\n') ++breaks;
  if (escaped || breaks > 1) out_.text.append(breaks - 1, '\n');
  else out_.text += ' ';
  kept_ = out_.text.size();
  out_.lines.push_back({kept_, pos_});
}

}  // namespace

std::optional<std::size_t> next_line(std::string_view text, std::size_t pos, std::size_t indent) {
  for (auto begin = pos + 1; begin < text.size();) {
    const auto first = skip_blanks(text, begin);
    if (text[first] == '\n') {
      begin = first + 1;
      continue;
    }
    const auto spaces = text.find_first_not_of(' ', begin) - begin;
    return spaces < indent || is_marker(text, begin) ? std::nullopt : std::optional(begin + spaces);
  }
  return std::nullopt;
}

token scan_plain_lines(std::string_view text, std::size_t pos, context where, std::size_t indent) {
  auto scanned = scan_plain(text, pos, where);
  for (;;) {
    const auto end = skip_blanks(text, scanned.end);
    if (scanned.wrong || text[end] != '\n') return scanned;
    const auto next = next_line(text, end, indent);
    if (!next) return scanned;
    auto line = scan_plain(text, *next, where);
    if (!goes_on(text, *next, line)) return scanned;
    scanned = std::move(line);
    scanned.folded = true;
  }
}

std::optional<std::size_t> forgotten_separator(std::string_view text, const token& scanned, std::size_t pos) {
  if (!scanned.folded || is_quote(text[pos])) return std::nullopt;
  const auto line_end = text.find('\n', pos);
  const auto word_end = text.find_first_of(" \t\n", pos);
  if (text[skip_blanks(text, word_end)] != '\n') return std::nullopt;
  if (line_end - (text.rfind('\n', pos) + 1) >= long_line) return std::nullopt;
  return next_line(text, line_end, 0);
}

folded_scalar fold(std::string_view source, std::size_t pos, std::size_t end) { return folder(source, pos, end).run(); }

std::vector<folded_line> folded_lines(std::string_view source, std::size_t pos) {
  if (source[pos] == '|' || source[pos] == '>') return {};
  // Of what follows the value, only the indentation would tell that it does not belong to it.
  const auto scanned = is_quote(source[pos]) ? scan_quoted(source, pos, context::flow, 0)
                                             : scan_plain_lines(source, pos, context::block, 0);
  if (!scanned.folded) return {};
  return fold(source, pos, scanned.end).lines;
}

}  // namespace telltale::yaml
