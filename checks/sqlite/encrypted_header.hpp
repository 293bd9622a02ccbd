// Parses the plaintext part of an encrypted database's header.
#pragma once

#include <cstdint>

#include "sqlite/database_header.hpp"

namespace telltale::sqlite {

/// The header of a file that is configured as encrypted. Uses only the bytes 16 to 23, which some ciphers (SEE) leave
/// in plaintext; all other fields are 0. For a file that is not encrypted, returns its complete header.
header_result parse_encrypted_header(byte_view from);

/// Every page size is a multiple of this (fileformat2.html, section 1.3.2).
inline constexpr std::uint64_t smallest_page = 512;

}  // namespace telltale::sqlite
