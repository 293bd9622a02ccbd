// Formats the head of a response.
#pragma once

#include <cstddef>
#include <ctime>
#include <string>
#include <string_view>

#include "routes/routes.hpp"

namespace telltale {

/// Formats an HTTP date (RFC 9110, 5.6.7): "Sun, 06 Nov 1994 08:49:37 GMT". Independent of the locale.
std::string http_date(std::time_t);

/// The current date as text, formatted once per second.
class date_text {
 public:
  std::string_view at(std::time_t);

 private:
  std::time_t second_ = 0;
  std::string text_;
};

/// Formats the status line and headers up to the empty line. `connection` is "close", "keep-alive" or empty to omit the
/// header. Control characters in the reply's values are dropped, so that no value can inject a header.
std::string response_head(const reply&, std::size_t body_bytes, std::string_view connection, std::string_view date);

}  // namespace telltale
