// The head of a response as text.
#pragma once

#include <cstddef>
#include <ctime>
#include <string>
#include <string_view>

#include "routes/routes.hpp"

namespace telltale {

/// RFC 9110, 5.6.7: "Sun, 06 Nov 1994 08:49:37 GMT". Locale plays no part.
std::string http_date(std::time_t);

/// The date of this second as text, made once a second.
class date_text {
 public:
  std::string_view at(std::time_t);

 private:
  std::time_t second_ = 0;
  std::string text_;
};

/// Status line and headers up to the empty line. `connection` is "close", "keep-alive" or empty (says nothing).
/// Control characters in the reply's values are dropped, so that no value can begin a header of its own.
std::string response_head(const reply&, std::size_t body_bytes, std::string_view connection, std::string_view date);

}  // namespace telltale
