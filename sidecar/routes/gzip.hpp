// Compresses response bodies.
#pragma once

#include <string>
#include <string_view>

namespace telltale {

/// Compresses to gzip (RFC 1952) at a fast level, because scrapes are compressed on the loop. Throws std::runtime_error
/// when memory runs out.
std::string gzip(std::string_view body);

}  // namespace telltale
