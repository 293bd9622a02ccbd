// Masks the bytes that belong to a secret and makes the rest printable.
#include "base/peer_text.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "base/base64.hpp"
#include "base/printable.hpp"

namespace telltale {
namespace {

void mark(std::vector<bool>& hidden, std::size_t from, std::size_t count) {
  for (std::size_t i = from; i < from + count; ++i) hidden[i] = true;
}

void mark_secret(std::string_view text, std::string_view secret, std::vector<bool>& hidden) {
  if (secret.empty()) return;
  if (secret.size() < shortest_secret_part) {
    // The rest of a text would show what a very short secret is.
    if (secret.size() < shortest_replaced && text.find(secret) != std::string_view::npos) mark(hidden, 0, text.size());
    for (auto at = text.find(secret); at != std::string_view::npos; at = text.find(secret, at + 1))
      mark(hidden, at, secret.size());
    return;
  }
  for (std::size_t i = 0; i + shortest_secret_part <= text.size(); ++i)
    if (secret.find(text.substr(i, shortest_secret_part)) != std::string_view::npos)
      mark(hidden, i, shortest_secret_part);
}

/// The base64 of a text that contains the secret: three forms, by the number of bytes before it. The characters at the
/// ends, which the bytes beside it determine as well, are left out.
std::vector<std::string> base64_forms(std::string_view secret) {
  std::vector<std::string> out;
  for (std::size_t before = 0; before < 3; ++before) {
    auto form = base64(std::string(before, '\0').append(secret));
    constexpr std::size_t bits = 6;
    const auto first = (before * 8 + bits - 1) / bits;
    const auto last = (before + secret.size()) * 8 / bits;
    form = form.substr(first, last - first);
    out.push_back(form);
    std::ranges::replace(form, '+', '-');  // the URL-safe form
    std::ranges::replace(form, '/', '_');
    if (form != out.back()) out.push_back(std::move(form));
  }
  return out;
}

/// A text without its percent-encoding, and where each of its characters begins in the original.
struct decoded_text {
  explicit decoded_text(std::string_view original) {
    for (std::size_t i = 0; i < original.size();) {
      begins.push_back(i);
      const bool escape = original[i] == '%' && i + 2 < original.size() && hex_value(original[i + 1]) >= 0 &&
                          hex_value(original[i + 2]) >= 0;
      text += escape ? static_cast<char>(hex_value(original[i + 1]) << 4 | hex_value(original[i + 2])) : original[i];
      i += escape ? 3 : 1;
    }
    begins.push_back(original.size());
  }
  std::string text;
  std::vector<std::size_t> begins;
};

void mark_all(std::string_view text, const secret_list& secrets, std::vector<bool>& hidden) {
  for (const auto& secret : secrets) {
    mark_secret(text, secret, hidden);
    for (const auto& form : base64_forms(secret))
      if (form.size() >= shortest_secret_part) mark_secret(text, form, hidden);
  }
}

}  // namespace

std::string without_secrets(std::string_view text, const secret_list& secrets) {
  std::vector<bool> hidden(text.size());
  mark_all(text, secrets, hidden);
  if (text.find('%') != std::string_view::npos) {
    const decoded_text decoded(text);
    std::vector<bool> found(decoded.text.size());
    mark_all(decoded.text, secrets, found);
    for (std::size_t i = 0; i < found.size(); ++i)
      if (found[i]) mark(hidden, decoded.begins[i], decoded.begins[i + 1] - decoded.begins[i]);
  }
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
