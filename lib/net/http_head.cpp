// Builds request heads, and parses reply heads line by line.
#include "net/http_head.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <telltale/version.hpp>

#include "base/ascii.hpp"
#include "base/words.hpp"

namespace telltale::net {
namespace {

constexpr std::string_view line_end = "\r\n";

bool is_text(std::string_view text) {
  return std::ranges::none_of(text, [](char c) { return is_control(c) && c != '\t'; });
}

/// `HTTP/1.1 200 OK`
bool parse_status_line(std::string_view line, reply_head& out) {
  if (!line.starts_with("HTTP/1.") || line.size() < 12 || !is_digit(line[7]) || line[8] != ' ') return false;
  const auto code = line.substr(9, 3);
  if (!std::ranges::all_of(code, is_digit) || code[0] == '0') return false;
  out.http_1_0 = line[7] == '0';
  for (const char digit : code) out.status = out.status * 10 + static_cast<unsigned>(digit - '0');
  return (line.size() == 12 || line[12] == ' ') && is_text(line);
}

bool parse_field(std::string_view line, reply_head& out) {
  const auto colon = line.find(':');
  if (colon == std::string_view::npos || !is_token(line.substr(0, colon)) || !is_text(line)) return false;
  out.fields.push_back({line.substr(0, colon), trimmed(line.substr(colon + 1))});
  return true;
}

}  // namespace

std::string write_request_head(std::string_view method, std::string_view target, std::string_view host,
                               const header_list& headers) {
  auto out = fmt::format("{} {} HTTP/1.1\r\nHost: {}\r\n", method, target, host);
  bool named = false;
  for (const auto& [name, value] : headers) {
    out += fmt::format("{}: {}\r\n", name, value);
    named = named || equal_ignoring_case(name, "user-agent");
  }
  if (!named) out += fmt::format("User-Agent: telltale/{}\r\n", version());
  return out += line_end;
}

std::size_t head_length(std::string_view bytes, std::size_t searched) {
  constexpr std::string_view empty_line = "\r\n\r\n";
  const auto end = bytes.find(empty_line, searched - std::min(searched, empty_line.size() - 1));
  return end == std::string_view::npos ? 0 : end + 4;
}

std::vector<std::string_view> reply_head::values(std::string_view name) const {
  std::vector<std::string_view> out;
  for (const auto& field : fields)
    if (equal_ignoring_case(field.name, name)) out.push_back(field.value);
  return out;
}

std::optional<std::string_view> reply_head::value(std::string_view name) const {
  const auto all = values(name);
  return all.empty() ? std::nullopt : std::optional(all.front());
}

bool reply_head::has_token(std::string_view name, std::string_view token) const {
  for (auto list : values(name))
    while (!list.empty())
      if (equal_ignoring_case(trimmed(take_until(list, ',')), token)) return true;
  return false;
}

std::optional<reply_head> parse_reply_head(std::string_view head) {
  reply_head out;
  if (!head.ends_with("\r\n\r\n")) return std::nullopt;
  head.remove_suffix(line_end.size());
  for (bool first = true; !head.empty(); first = false) {
    const auto line = head.substr(0, head.find(line_end));
    head.remove_prefix(line.size() + line_end.size());
    if (first ? !parse_status_line(line, out) : !parse_field(line, out)) return std::nullopt;
  }
  return out;
}

}  // namespace telltale::net
