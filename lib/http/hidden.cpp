// Implements the collection of texts to hide.
#include "http/hidden.hpp"

#include <algorithm>

#include "base/ascii.hpp"

namespace telltale::http {

bool may_be_secret(std::string_view header) {
  const auto name = lower(header);
  return name != "host" && name != "origin" && name != "user-agent" && name != "accept" && name != "content-type";
}

void hide_literal(secret_list& secrets, std::string_view value) {
  if (value.size() >= shortest_secret_part) secrets.emplace_back(value);
}

void hide_secret(secret_list& secrets, const secret& source, const std::string& revealed) {
  secrets.push_back(revealed.substr(source.prefix().size()));
}

void hide_query(secret_list& secrets, std::string_view target) {
  auto query = target.substr(std::min(target.find('?'), target.size()));
  while (!query.empty()) {
    query.remove_prefix(1);
    const auto part = query.substr(0, query.find('&'));
    const auto equals = part.find('=');
    hide_literal(secrets, equals == std::string_view::npos ? part : part.substr(equals + 1));
    query.remove_prefix(part.size());
  }
}

}  // namespace telltale::http
