// The escapes of double quotes that yaml-cpp reads otherwise than YAML 1.2 and JSON.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace telltale::yaml {

/// The character of `\ud83d\ude00` at `pos`: JSON writes characters beyond U+FFFF so (RFC 8259, section 7). Nothing
/// when there is no such pair.
std::optional<std::uint32_t> surrogate_pair(std::string_view text, std::size_t pos);

inline constexpr std::size_t surrogate_pair_size = 12;

/// The text with another escape of the same length for each surrogate, as yaml-cpp refuses the whole file for one. What
/// the quotes hold is read from the original. Nothing when there is no surrogate.
std::optional<std::string> without_surrogates(std::string_view text, const std::vector<std::uint32_t>& scalars);

}  // namespace telltale::yaml
