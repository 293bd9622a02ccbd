// The header of an encrypted database, as far as a cipher leaves it open.
#pragma once

#include <cstdint>

#include "sqlite/database_header.hpp"

namespace telltale::sqlite {

/// The header of a file that the configuration calls encrypted. Only the bytes 16 to 23 are used, where a cipher leaves
/// them open (SEE does); all else stays 0. A file that is not encrypted gives the header that it has.
header_result parse_encrypted_header(byte_view from);

/// Every page size is a multiple of this (fileformat2.html, section 1.3.2).
inline constexpr std::uint64_t smallest_page = 512;

}  // namespace telltale::sqlite
