// Masks the bytes that belong to a secret and makes the rest printable.
#include "base/peer_text.hpp"

#include "base/printable.hpp"

namespace telltale {
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

}  // namespace telltale
