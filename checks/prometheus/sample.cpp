// Implements names and escapes of samples.
#include "prometheus/sample.hpp"

#include <array>

namespace telltale::prometheus {
namespace {

// A table, because most bytes of a page belong to names.
enum : unsigned char { first = 1, later = 2, colon = 4 };
constexpr auto classes = [] {
  std::array<unsigned char, 256> out{};
  for (unsigned char c = 'a'; c <= 'z'; ++c) out[c] = first | later;
  for (unsigned char c = 'A'; c <= 'Z'; ++c) out[c] = first | later;
  for (unsigned char c = '0'; c <= '9'; ++c) out[c] = later;
  out['_'] = first | later;
  out[':'] = colon;
  return out;
}();

std::string_view take_name(std::string_view& text, unsigned with) {
  const auto has = [&](std::size_t i, unsigned wanted) {
    return (classes[static_cast<unsigned char>(text[i])] & wanted) != 0;
  };
  std::size_t length = 0;
  if (!text.empty() && has(0, first | with))
    for (length = 1; length < text.size() && has(length, later | with);) ++length;
  const auto name = text.substr(0, length);
  text.remove_prefix(length);
  return name;
}

}  // namespace

std::string_view take_metric_name(std::string_view& text) { return take_name(text, colon); }
std::string_view take_label_name(std::string_view& text) { return take_name(text, 0); }

std::string_view unescaped(std::string_view escaped, std::string& storage) {
  if (escaped.find('\\') == std::string_view::npos) return escaped;
  storage.clear();
  for (std::size_t i = 0; i < escaped.size(); ++i) {
    const char next = escaped[i] == '\\' && i + 1 < escaped.size() ? escaped[i + 1] : '\0';
    if (next == '\\' || next == '"' || next == 'n') {
      storage += next == 'n' ? '\n' : next;
      ++i;
    } else {
      storage += escaped[i];
    }
  }
  return storage;
}

}  // namespace telltale::prometheus
