// Makes text from a server safe for messages: removes secrets that were sent to it, unprintable characters and excess.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace telltale {

/// Values that no message may contain: a server may echo what it was sent.
using secret_list = std::vector<std::string>;

/// Parts of a secret of at least this length are hidden too: servers may truncate or split the text that they echo.
inline constexpr std::size_t shortest_secret_part = 6;

/// A text that contains a shorter secret is not shown at all.
inline constexpr std::size_t shortest_replaced = 4;

/// The text with "***" for every part of a secret, also where it is percent-encoded or in base64.
std::string without_secrets(std::string_view text, const secret_list& secrets);

/// Without secrets, with '?' for control characters and for characters that change the direction or the lines of a
/// text; at most `limit` bytes of UTF-8, ending in "..." when something was cut.
std::string shown_peer_text(std::string_view text, const secret_list& secrets, std::size_t limit = 80);

}  // namespace telltale
