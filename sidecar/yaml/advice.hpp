// What is wrong with a token in its place, and what to write instead: the sentences of the layout scanner.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "yaml/token.hpp"

namespace telltale::yaml {

/// yaml-cpp reads no key beyond 1024 bytes, and says so in a strange place.
inline constexpr std::size_t max_key_bytes = 256;

/// "a key of 300 bytes …" when `bytes` is too many.
std::optional<std::string> too_long_key(std::size_t bytes);

/// Why no value of this configuration starts with the character at `pos`; nothing when one may.
std::optional<std::string> refused_start(std::string_view text, std::size_t pos, context);

/// The length of a character at `pos` that a word processor writes for the '-' of a list item, with a blank behind it;
/// 0 when there is none.
std::size_t foreign_dash(std::string_view text, std::size_t pos);

std::string foreign_dash_refused(std::string_view dash);

inline constexpr std::string_view bracketed_address_refused =
    "an IPv6 address in brackets has to be in quotes: \"[::]:9640\"";

/// About the text at `pos`, where a line should have ended after a value that starts with `before`.
std::string after_value(std::string_view text, std::size_t pos, char before);

/// About a line of its own that is neither a key nor a value that anything waits for.
std::string neither_key_nor_value(std::string_view token);

/// The same of an entry whose colon has no space behind it, as in `name:a`; empty when there is no such colon.
std::string colon_without_space(std::string_view token);

/// The only word of the first line when it looks like a key; empty otherwise.
std::string_view word_alone(std::string_view text, std::size_t pos);

/// What is written at `pos` for nothing: `null` or `~`; empty when it is left out.
std::string_view null_word(std::string_view text, std::size_t pos);

}  // namespace telltale::yaml
