// Bytes compressed for the wire.
#pragma once

#include <string>
#include <string_view>

namespace telltale {

/// The gzip form (RFC 1952) of a body, made for speed: a scrape is compressed on the loop's time.
/// Throws std::runtime_error when memory runs out.
std::string gzip(std::string_view body);

}  // namespace telltale
