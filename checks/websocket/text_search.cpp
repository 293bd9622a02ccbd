// The table is that of the text searched in itself.
#include "websocket/text_search.hpp"

namespace telltale::websocket {

text_search::text_search(std::string wanted) : wanted_(std::move(wanted)), fallback_(wanted_.size()) {
  std::uint32_t border = 0;
  for (std::size_t i = 1; i < wanted_.size(); ++i) {
    fallback_[i] = border;
    while (border > 0 && wanted_[border] != wanted_[i]) border = fallback_[border];
    if (wanted_[border] == wanted_[i]) ++border;
  }
}

void text_search::feed(std::string_view piece) {
  for (const char c : piece) {
    if (found()) return;
    while (matched_ > 0 && wanted_[matched_] != c) matched_ = fallback_[matched_];
    if (wanted_[matched_] == c) ++matched_;
  }
}

}  // namespace telltale::websocket
