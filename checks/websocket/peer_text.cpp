// Marks the bytes that belong to a secret, then walks over the rest character by character.
#include "websocket/peer_text.hpp"

#include <cstdint>

#include "websocket/utf8.hpp"

namespace telltale::websocket {
namespace {

void mark(std::vector<bool>& hidden, std::size_t from, std::size_t count) {
  for (std::size_t i = from; i < from + count; ++i) hidden[i] = true;
}

void mark_secret(std::string_view text, std::string_view secret, std::vector<bool>& hidden) {
  if (secret.empty()) return;
  if (secret.size() < shortest_secret_part) {
    for (auto at = text.find(secret); at != std::string_view::npos; at = text.find(secret, at + 1))
      mark(hidden, at, secret.size());
    return;
  }
  for (std::size_t i = 0; i + shortest_secret_part <= text.size(); ++i)
    if (secret.find(text.substr(i, shortest_secret_part)) != std::string_view::npos)
      mark(hidden, i, shortest_secret_part);
}

/// Length of the well-formed character at the front; 0 when there is none.
std::size_t character_length(std::string_view text) {
  for (std::size_t length = 1; length <= 4 && length <= text.size(); ++length) {
    utf8_reader reader;
    if (!reader.feed(text.substr(0, length))) return 0;
    if (reader.complete()) return length;
  }
  return 0;
}

std::uint32_t code_point(std::string_view character) {
  const auto first = static_cast<unsigned char>(character[0]);
  if (character.size() == 1) return first;
  std::uint32_t out = first & (0xffU >> (character.size() + 1));
  for (const char c : character.substr(1)) out = out << 6 | (static_cast<unsigned char>(c) & 0x3fU);
  return out;
}

/// Neither controls (C0, DEL, C1) nor characters of Unicode's categories Zl, Zp and Cf.
bool is_printable(std::uint32_t c) {
  const bool control = c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0xad;
  const bool format = c == 0x61c || (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
                      (c >= 0x2060 && c <= 0x206f) || c == 0xfeff || (c >= 0xfff9 && c <= 0xfffb) ||
                      (c >= 0xe0000 && c <= 0xe007f);
  return !control && !format;
}

std::string printable(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto length = character_length(text);
    const bool shown = length != 0 && is_printable(code_point(text.substr(0, length)));
    out += shown ? text.substr(0, length) : std::string_view("?");
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return out;
}

std::string shortened(const std::string& text, std::size_t limit) {
  if (text.size() <= limit) return text;
  auto keep = limit - 3;
  while (keep > 0 && (static_cast<unsigned char>(text[keep]) & 0xc0U) == 0x80U) --keep;
  return text.substr(0, keep) + "...";
}

}  // namespace

std::string without_secrets(std::string_view text, const secret_list& secrets) {
  std::vector<bool> hidden(text.size());
  for (const auto& secret : secrets) mark_secret(text, secret, hidden);
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!hidden[i]) out += text[i];
    else if (i == 0 || !hidden[i - 1]) out += "***";
  }
  return out;
}

std::string shown_peer_text(std::string_view text, const secret_list& secrets, std::size_t limit) {
  return shortened(printable(without_secrets(text, secrets)), limit);
}

}  // namespace telltale::websocket
