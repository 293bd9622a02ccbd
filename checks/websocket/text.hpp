// Character classes of HTTP (RFC 9110 section 5.6).
#pragma once

#include <algorithm>
#include <string_view>

#include "base/ascii.hpp"

namespace telltale::websocket {

constexpr bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

/// `token` of RFC 9110: header names, subprotocols.
constexpr bool is_token(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return is_letter_or_digit(c) || std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
  });
}

}  // namespace telltale::websocket
